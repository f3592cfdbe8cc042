import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SAMPLE, sampleAggregation, sampleObjectEvent, sampleTransformation } from './_events.ts'
import { fromHex } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { ProtocolError } from './error.ts'
import { checkEpcis } from './event/epcis.ts'
import { checkStamps } from './event/stamps.ts'
import type { EpcisEvent } from './event/types.ts'
import {
  checkSecret,
  commitmentOf,
  groupedSecret,
  parseSecret,
  SECRET_RANDOM_BYTES,
  type SealedSecret,
  sealedAddress,
  secretFrom,
  secretInFragment,
} from './sealed-code.ts'
import { commitmentIn } from './sealed-item.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const known = secretFrom(fromHex('9e3779b97f4a7c15f39c'))
const secrets = fc.uint8Array({ minLength: SECRET_RANDOM_BYTES, maxLength: SECRET_RANDOM_BYTES }).map(secretFrom)

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'taken'
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}

describe('secret', () => {
  it('has the known answers of the specification', () => {
    expect(known).toBe('KRVQKEBZ99Y1BWWT')
    expect(groupedSecret(known)).toBe('KRVQ-KEBZ-99Y1-BWWT')
    expect(commitmentOf(SAMPLE.item, known)).toBe('FMya61cUeNpPFBPXdcDxy6_O3ZGU8aofTnuQA8c0IWc')
  })

  it('uses 75 bits of what it is made from, evenly', () => {
    expect(secretFrom(new Uint8Array(10).fill(255)).slice(0, 15)).toBe('Z'.repeat(15))
    const bits = new Set<string>()
    for (let bit = 0; bit < 80; bit++) {
      const random = new Uint8Array(10)
      random[bit >> 3] = 128 >> (bit & 7)
      bits.add(secretFrom(random))
    }
    // The last five bits are left over.
    expect(bits.size).toBe(75 + 1)
    expect(codeOf(() => secretFrom(new Uint8Array(9)))).toBe('SEALED_MALFORMED')
  })

  it('is read as people type it', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const typed = groupedSecret(secret).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' ')
        expect(parseSecret(typed)).toBe(secret)
        expect(parseSecret(groupedSecret(secret))).toBe(secret)
      }),
    )
  })

  it('finds every wrong character, and every two that changed places', () => {
    fc.assert(
      fc.property(secrets, fc.nat(15), fc.nat(15), fc.constantFrom(...ALPHABET), (secret, at, other, character) => {
        const one = [...secret]
        one[at] = character
        if (character !== secret[at]) expect(codeOf(() => parseSecret(one.join('')))).toBe('SEALED_CHECK')
        const two = [...secret]
        ;[two[at], two[other]] = [secret[other]!, secret[at]!]
        if (secret[at] !== secret[other]) expect(codeOf(() => parseSecret(two.join('')))).toBe('SEALED_CHECK')
      }),
    )
  })

  it.each(['', 'A', known.slice(1), `${known}0`, `${known.slice(1)}U`, `${known.slice(1)}*`, '-'.repeat(10_000)])(
    'is not %s',
    (text) => expect(codeOf(() => parseSecret(text))).toBe('SEALED_MALFORMED'),
  )
})

describe('commitment', () => {
  it('is of one item and one secret', () => {
    const commitment = commitmentOf(SAMPLE.item, known)
    expect(checkSecret(SAMPLE.item, groupedSecret(known), commitment)).toBe(true)
    expect(checkSecret(SAMPLE.meat, known, commitment)).toBe(false)
    expect(checkSecret(SAMPLE.item, secretFrom(new Uint8Array(10)), commitment)).toBe(false)
    expect(checkSecret(SAMPLE.item, known.slice(1), commitment)).toBe(false)
    expect(checkSecret(SAMPLE.item, known, '')).toBe(false)
  })

  it.each([
    SAMPLE.lot,
    SAMPLE.product,
    SAMPLE.unit,
    `${SAMPLE.item}?10=L7`,
    SAMPLE.item.replace('id.gs1.org', 'x.org'),
  ])('is none of %s', (subject) => {
    expect(codeOf(() => commitmentOf(subject, known))).toBe('SEALED_MALFORMED')
    expect(checkSecret(subject, known, 'x')).toBe(false)
  })
})

describe('address', () => {
  it('carries the secret in its fragment', () => {
    fc.assert(
      fc.property(secrets, (secret: SealedSecret) => {
        const url = new URL(sealedAddress('https://example.com/01/09506000134352/21/A001', secret))
        expect(secretInFragment(url.hash)).toBe(secret)
        expect(`${url.pathname}${url.search}`).not.toContain(secret)
      }),
    )
  })

  it.each(['', '#', '#s=', '#t=1', `#xs=${known}`, `#s=${known.slice(1)}`, '#s=%00', `#s=${'0'.repeat(65)}`])(
    'has none in %s',
    (fragment) => expect(secretInFragment(fragment)).toBeUndefined(),
  )

  it('may stand among other members', () => {
    expect(secretInFragment(`#lang=zh&s=${known}&x=1`)).toBe(known)
  })
})

describe('event', () => {
  const commitment = commitmentOf(SAMPLE.item, known)
  const complaint = (event: EpcisEvent): string => {
    try {
      checkStamps(checkEpcis(JSON.parse(JSON.stringify(event)) as Json))
      return ''
    } catch (error) {
      return error instanceof ProtocolError ? error.message : 'thrown'
    }
  }
  const sealed = (item: string, value: unknown = commitment): Record<string, unknown> => ({
    'tristamp:sealed': { [item]: value },
  })

  it('of birth, packing and making takes commitments of what it lists', () => {
    const event = sampleObjectEvent(sealed(SAMPLE.item))
    expect(complaint(event)).toBe('')
    expect(commitmentIn(event, SAMPLE.item)).toBe(commitment)
    expect(commitmentIn(event, SAMPLE.meat)).toBeUndefined()
    expect(commitmentIn(event, 'toString')).toBeUndefined()
    expect(commitmentIn(sampleObjectEvent(), SAMPLE.item)).toBeUndefined()
    expect(complaint(sampleAggregation(sealed(SAMPLE.meat)))).toBe('')
    expect(complaint(sampleTransformation(sealed(SAMPLE.meat)))).toBe('')
  })

  it.each<[string, EpcisEvent]>([
    ['of another item', sampleObjectEvent(sealed(SAMPLE.meat))],
    ['of what went in', sampleTransformation(sealed(SAMPLE.item))],
    ['of the unit', sampleAggregation(sealed(SAMPLE.unit))],
    ['when nothing is packed', sampleAggregation({ action: 'DELETE', ...sealed(SAMPLE.meat) })],
    ['of a lot', sampleObjectEvent({ epcList: [SAMPLE.lot], ...sealed(SAMPLE.lot) })],
    ['that is short', sampleObjectEvent(sealed(SAMPLE.item, commitment.slice(1)))],
    ['with pad bits', sampleObjectEvent(sealed(SAMPLE.item, `${commitment.slice(0, -1)}B`))],
    ['that is a number', sampleObjectEvent(sealed(SAMPLE.item, 7))],
    ['that is nested', sampleObjectEvent(sealed(SAMPLE.item, { x: commitment }))],
    ['of nothing', sampleObjectEvent({ 'tristamp:sealed': {} })],
    ['in a list', sampleObjectEvent({ 'tristamp:sealed': [commitment] } as never)],
    ['of null', sampleObjectEvent({ 'tristamp:sealed': null } as never)],
  ])('takes no commitment %s', (_, event) => {
    expect(complaint(event)).toMatch(/^EVENT_FIELD_VALUE: tristamp:sealed/)
  })

  it('has them at its top alone', () => {
    const [element] = sampleObjectEvent().sensorElementList!
    const nested = { ...element!, ...sealed(SAMPLE.item) }
    expect(complaint(sampleObjectEvent({ sensorElementList: [nested as never] }))).toMatch(/^EVENT_FIELD_UNKNOWN/)
  })
})
