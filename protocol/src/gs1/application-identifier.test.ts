import { describe, expect, test } from 'vitest'
import { epcisVectorText } from '../_epcis-vectors.ts'
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifier.ts'
import { applicationIdentifierAt } from './element-string.ts'

/** What the dictionary has and we leave out, with the reason. */
const LEFT_OUT: Record<string, string> = {
  '7041': 'needs the list of UN/ECE package types; freight units are no subject of ours',
  '7241': 'patient media types: no patient data',
  '7242': 'patient data',
  '7250': 'patient data',
  '7251': 'patient data',
  '7252': 'patient data',
  '7253': 'patient data',
  '7254': 'patient data',
  '7255': 'patient data',
  '7256': 'patient data',
  '7257': 'patient data',
  '7258': 'patient data',
  '7259': 'patient data',
  '8040': 'telephones',
  '8041': 'telephones',
  '8042': 'telephones',
  '8043': 'telephones',
  '8110': 'North American coupon, with a grammar of its own',
  '8112': 'North American coupon, with a grammar of its own',
}

interface Entry {
  ai: string
  format: string
  predefined: boolean
  attribute: boolean
  key: string | undefined
  needs: string | undefined
  excludes: string | undefined
}

const dictionary = (epcisVectorText('element-string/gs1-syntax-dictionary.txt') ?? '')
  .split('\n')
  .filter((line) => /^[0-9]/.test(line))
  .flatMap(readLine)

function readLine(line: string): Entry[] {
  const words = line.replace(/#.*/, '').trim().split(/\s+/)
  const [first = '', last = first] = words[0]!.split('-')
  const flags = /^[*?]+$/.test(words[1]!) ? words[1]! : ''
  const format = words.filter((word) => /^\[?[NXYZ][0-9.]/.test(word)).map((word) => word.replace(/,[^\]\s]*/g, ''))
  const option = (name: string): string | undefined =>
    words.find((w) => w === name || w.startsWith(`${name}=`))?.slice(name.length + 1)
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => ({
    ai: String(Number(first) + i).padStart(first.length, '0'),
    format: format.join(' '),
    predefined: flags.includes('*'),
    attribute: flags.includes('?'),
    key: option('dlpkey'),
    needs: option('req'),
    excludes: option('ex'),
  }))
}

const SETS = { digits: 'N', cset82: 'X', cset39: 'Y', base64url: 'Z' }

function formatOf({ components }: ApplicationIdentifier): string {
  return components
    .map(({ set, min, max, optional }) => {
      const format = `${SETS[set]}${min === max ? '' : '..'}${max}`
      return optional ? `[${format}]` : format
    })
    .join(' ')
}

describe.skipIf(dictionary.length === 0)("against GS1's syntax dictionary", () => {
  test('we know every AI but those left out for a reason', () => {
    const unknown = dictionary.map(({ ai }) => ai).filter((ai) => applicationIdentifier(ai) === undefined)
    expect(unknown).toEqual(Object.keys(LEFT_OUT))
  })

  test('each has the same format, flags, qualifiers and associations', () => {
    const list = (text: string | undefined): string[] => (text ?? '').split(',').filter(Boolean).sort()
    for (const wanted of dictionary.filter(({ ai }) => LEFT_OUT[ai] === undefined)) {
      const entry = applicationIdentifier(wanted.ai)!
      expect({
        ai: entry.ai,
        format: formatOf(entry),
        predefined: entry.predefinedLength,
        attribute: entry.attribute,
        key: entry.qualifiers?.map((order) => order.join(',')).join('|'),
        needs: entry.needs.map((set) => set.join('+')).sort(),
        excludes: [...entry.excludes].sort(),
      }).toEqual({ ...wanted, needs: list(wanted.needs), excludes: list(wanted.excludes) })
    }
  })

  test('we know nothing that the dictionary does not', () => {
    const theirs = new Set(dictionary.map(({ ai }) => ai))
    for (let n = 0; n < 11_110; n++) {
      const ai =
        n < 100
          ? String(n).padStart(2, '0')
          : n < 1100
            ? String(n - 100).padStart(3, '0')
            : String(n - 1100).padStart(4, '0')
      if (applicationIdentifier(ai) !== undefined) expect(theirs).toContain(ai)
    }
  })
})

test('an AI is found at its place in a string, and none is the beginning of another', () => {
  expect(applicationIdentifierAt('xx310300', 2)?.ai).toBe('3103')
  expect(applicationIdentifierAt('10ABC', 0)?.ai).toBe('10')
  expect(applicationIdentifierAt('8A', 0)).toBeUndefined()
})
