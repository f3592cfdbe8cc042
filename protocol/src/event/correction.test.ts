import { describe, expect, it } from 'vitest'
import type { ProvenEvent } from '../verify/verdict.ts'
import { correctionsOf } from './correction.ts'

const ID = 'urn:uuid:00000000-0000-4000-8000-000000000001'
const proven = (entry: number, over: object = {}, gateway = 'gw1'): ProvenEvent =>
  ({
    entry,
    position: 0,
    event: { type: 'ObjectEvent', action: 'OBSERVE', eventID: ID, bizStep: 'shipping', ...over },
    signer: { org: 'test', gateway, kid: 'k' },
    subjects: [],
  }) as unknown as ProvenEvent
const declared = { errorDeclaration: { declarationTime: '2026-11-22T08:00:00.000Z', reason: 'did_not_occur' } }

describe('an error declaration', () => {
  it('takes back the same event of the same gateway, and both stay to be shown', () => {
    const wrong = proven(1)
    const other = proven(2, { eventID: 'urn:uuid:00000000-0000-4000-8000-000000000002' })
    const declaration = proven(3, declared)
    expect(correctionsOf([wrong, other, declaration])).toEqual({
      standing: [other],
      corrections: [{ wrong, declaration }],
      idle: [],
    })
  })

  it('changes nothing where there is none', () => {
    const events = [proven(1), proven(2)]
    expect(correctionsOf(events)).toEqual({ standing: events, corrections: [], idle: [] })
  })

  it.each([
    ['of another gateway', proven(3, declared, 'gw2')],
    ['with other content', proven(3, { ...declared, bizStep: 'receiving' })],
    ['that came before', proven(0, declared)],
    [
      'of an event that is not there',
      proven(3, { ...declared, eventID: 'urn:uuid:00000000-0000-4000-8000-000000000009' }),
    ],
  ])('%s takes nothing back', (_, declaration) => {
    const wrong = proven(1)
    expect(correctionsOf([wrong, declaration])).toEqual({ standing: [wrong], corrections: [], idle: [declaration] })
  })

  it('takes back once', () => {
    const [wrong, first, second] = [proven(1), proven(2, declared), proven(3, declared)]
    expect(correctionsOf([wrong, first, second])).toEqual({
      standing: [],
      corrections: [{ wrong, declaration: first }],
      idle: [],
    })
  })
})
