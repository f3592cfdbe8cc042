import { expect, it } from 'vitest'
import { SAMPLE, sampleObjectEvent } from './_events.ts'
import type { SignedStep } from './event/correction.ts'
import type { StampedEvent } from './event/types.ts'
import { standingCommitment } from './sealed-commitment.ts'

const [FIRST, SECOND] = ['A'.repeat(43), 'B'.repeat(43)]

function step(entry: number, commitment: string | undefined, more: object = {}, gateway = 'gw'): SignedStep {
  const eventID = `urn:uuid:00000000-0000-4000-8000-00000000000${entry}`
  const sealed = commitment === undefined ? {} : { 'tristamp:sealed': { [SAMPLE.item]: commitment } }
  const event = { ...sampleObjectEvent(), eventID, ...sealed, ...more } as unknown as StampedEvent
  return { entry, position: 0, event, signer: { org: 'plant', gateway } }
}

const takenBack = (one: SignedStep, gateway = 'gw'): SignedStep => ({
  ...one,
  entry: 9,
  event: {
    ...one.event,
    errorDeclaration: { declarationTime: one.event.eventTime, reason: 'did_not_occur' },
  } as unknown as StampedEvent,
  signer: { org: 'plant', gateway },
})

it('is the first in the log, whatever the order given', () => {
  const [one, two] = [step(1, FIRST), step(2, SECOND)]
  expect(standingCommitment([two, one], SAMPLE.item)).toBe(FIRST)
  expect(standingCommitment([step(0, undefined), two], SAMPLE.item)).toBe(SECOND)
  expect(standingCommitment([one], `${SAMPLE.item}x`)).toBeUndefined()
  expect(standingCommitment([], SAMPLE.item)).toBeUndefined()
})

it('is the next where the first was taken back, and by nobody else', () => {
  const [one, two] = [step(1, FIRST), step(2, SECOND)]
  expect(standingCommitment([one, two, takenBack(one)], SAMPLE.item)).toBe(SECOND)
  expect(standingCommitment([one, takenBack(one)], SAMPLE.item)).toBeUndefined()
  expect(standingCommitment([one, two, takenBack(one, 'other')], SAMPLE.item)).toBe(FIRST)
})
