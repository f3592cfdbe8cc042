import type { ProvenHold, Verdict } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { sampleVerdicts } from '../_sample-verdicts.ts'
import { gatewaysOf, readingsOf } from './ground.ts'

/** A hold that rests on the last two records, of which `apart` are of other goods. */
function held(apart: number): { verdict: Verdict; hold: ProvenHold } {
  const whole = sampleVerdicts.held()
  const [first, ...rest] = whole.holds
  const readings = whole.events
    .slice(-2)
    .map(({ entry, position, event: { eventID } }) => ({ entry, position, eventID }))
  const hold = { ...first!, hold: { ...first!.hold, ground: { ...first!.hold.ground!, readings } } }
  const cut = whole.events.length - apart
  const [events, grounds] = [whole.events.slice(0, cut), whole.events.slice(cut)]
  return { hold, verdict: { ...whole, events, grounds, holds: [hold, ...rest] } }
}

it('finds the readings of these goods and of others, and nothing that the records do not show', () => {
  for (const apart of [0, 1, 2]) {
    const { hold, verdict } = held(apart)
    const found = readingsOf(hold, verdict)
    expect(new Set(found.map(({ entry }) => entry))).toEqual(
      new Set(hold.hold.ground!.readings.map(({ entry }) => entry)),
    )
    expect(found.filter((one) => verdict.grounds.includes(one)).length).toBe(apart)
    for (const ground of ['missing', 'none', 'unchecked'] as const)
      expect(readingsOf({ ...hold, ground }, verdict)).toEqual([])
  }
})

it('names each gateway once, by its key', () => {
  const { hold, verdict } = held(0)
  const [a, b] = readingsOf(hold, verdict)
  expect(gatewaysOf([a!, b!])).toEqual([['xiaoman', 'kitchen']])
  const other = { ...b!, signer: { ...b!.signer, kid: 'ff', org: 'rival' } }
  expect(gatewaysOf([a!, other, other])).toEqual([
    ['xiaoman', 'kitchen'],
    ['rival', 'kitchen'],
  ])
  expect(gatewaysOf([])).toEqual([])
})
