import { describe, expect, test } from 'vitest'
import { flag, list, parse, text, UsageError } from './command-line.ts'

const FLAGS = { min: text, file: list, yes: flag }
const KEY = `-${'k'.repeat(42)}`

describe('values that begin with a dash', () => {
  test.each([
    [['--min', '-18', 'a'], { min: '-18' }, ['a']],
    [['--min', KEY, '--yes'], { min: KEY, yes: true }, []],
    [['--min', `-${KEY.slice(0, -1)}`], { min: `-${KEY.slice(0, -1)}` }, []],
    [['--file', '-a', '--file', '-b'], { file: ['-a', '-b'] }, []],
    [['word', KEY, '--yes'], { yes: true }, ['word', KEY]],
    [['--', KEY, '--yes'], {}, [KEY, '--yes']],
  ])('%j', (args, values, positionals) => {
    const parsed = parse(args, FLAGS, true)
    expect({ ...parsed.values }).toEqual(values)
    expect(parsed.positionals).toEqual(positionals)
  })

  test.each([[['--min', '--yes']], [['--min']], [['--yes', '-18']], [['--yess']]])(
    'not a flag for a value: %j',
    (args) => {
      expect(() => parse(args, FLAGS, true)).toThrow(UsageError)
    },
  )
})
