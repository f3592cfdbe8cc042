import { fileURLToPath } from 'node:url'
import * as protocol from '@tristamp/protocol'
import { expect, it } from 'vitest'

const LISTS = [
  ...(['BIZ_STEPS', 'DISPOSITIONS', 'TRANSACTION_TYPES', 'PARTY_TYPES', 'COMPONENTS', 'MEASUREMENT_TYPES'] as const),
  ...(['ERROR_REASONS', 'SENSOR_EXCEPTIONS'] as const),
]
type Words = Record<(typeof LISTS)[number], { has(word: string): boolean }>

it('takes on the built page every word of the vocabularies, and of those that rules compare no other', async () => {
  const file = fileURLToPath(new URL('../vite/leave-out.ts', import.meta.url))
  const { leaveOut } = (await import(file)) as { leaveOut: { load(id: string): { code: string } } }
  const { code } = leaveOut.load('/protocol/src/event/vocabulary.ts')
  const small = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as Words
  const whole: Record<(typeof LISTS)[number], Iterable<string>> = { ...protocol }
  for (const list of LISTS) for (const word of whole[list]) expect([list, word, small[list].has(word)]).toContain(true)
  for (const list of LISTS) expect(small[list].has('two words')).toBe(false)
  expect(small.ERROR_REASONS.has('other')).toBe(false)
  expect(small.SENSOR_EXCEPTIONS.has('other')).toBe(false)
})
