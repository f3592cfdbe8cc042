import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAck } from './ack.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { type Enrolment, encodeEnrolment, openEnrolment } from './enrolment.ts'
import { ProtocolError } from './error.ts'

const seed = new Uint8Array(32).fill(5)
const key = publicKeyOf(seed)
const sign = signOnNoble(seed)
const trusting = (): boolean => true

const minimal: Enrolment = {
  kid: new Uint8Array(32).fill(1),
  org: 'yunling',
  gateway: 'dock-1',
  uri: 'https://id.gs1.org/8004/9506000134DOCK1',
  station: 'https://id.gs1.org/414/9506000134017',
  roles: ['receive', 'observe'],
  entry: 7,
  treeSize: 9,
}
const full: Enrolment = {
  ...minimal,
  place: { name: { zh: '冷库', en: 'Cold store' }, zone: 'Asia/Shanghai', latE7: -302_721_000, lonE7: 1_094_883_000 },
  products: [{ product: 'https://id.gs1.org/01/09506000134352', minMilliC: -18_000, maxMilliC: 4000 }],
  ended: [{ kid: new Uint8Array(32).fill(2), next: 3, prev: new Uint8Array(32).fill(3) }],
}

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof ProtocolError ? error.code : 'thrown'
  }
}

describe('enrolment', () => {
  it.each([minimal, full])('comes back as it was written', (enrolment) => {
    const bytes = encodeEnrolment(enrolment, key, sign)
    const asked: Uint8Array[] = []
    const verify = (...args: Uint8Array[]): boolean => asked.push(args[0]!) > 0
    expect(openEnrolment(bytes, key, verify)).toEqual(enrolment)
    expect(asked).toEqual([key])
  })

  it('is refused when another signed it, or when it is something else that the ledger signs', () => {
    expect(codeOf(() => openEnrolment(encodeEnrolment(full, key, sign), key, () => false))).toBe('SIGNATURE')
    const { kid } = full
    const ack = encodeAck({ kind: 'ack', kid, seq: 1, prev: kid, entry: 1, treeSize: 2 }, key, sign)
    expect(codeOf(() => openEnrolment(ack, key, trusting))).toBe('ENROLMENT_MALFORMED')
  })

  it.each([
    ['a name that is no part of a topic', { org: 'a/b' }],
    ['no role', { roles: [] }],
    ['a role twice', { roles: ['ship', 'ship'] }],
    ['a short kid', { kid: new Uint8Array(31) }],
    ['a uri with a space', { uri: 'https://x y' }],
    ['a place off the earth', { place: { ...full.place, latE7: 900_000_001 } }],
    ['half a position', { place: { name: { zh: '一', en: 'a' }, zone: 'UTC', latE7: 1 } }],
    ['limits the wrong way round', { products: [{ product: 'https://x', minMilliC: 2, maxMilliC: 1 }] }],
    ['too many ended keys', { ended: Array.from({ length: 9 }, () => full.ended![0]) }],
  ])('is refused with %s', (_, change) => {
    const bytes = encodeEnrolment({ ...full, ...change } as Enrolment, key, sign)
    expect(codeOf(() => openEnrolment(bytes, key, trusting))).toBe('ENROLMENT_MALFORMED')
  })

  it('leaves out roles that it does not know, and is never larger than a reader takes', () => {
    const newer = { ...minimal, roles: ['observe', 'teleport'] } as unknown as Enrolment
    expect(openEnrolment(encodeEnrolment(newer, key, sign), key, trusting).roles).toEqual(['observe'])
    const long = {
      ...minimal,
      products: Array.from({ length: 64 }, () => ({ ...full.products![0]!, product: `https://${'x'.repeat(400)}` })),
    }
    expect(codeOf(() => encodeEnrolment(long, key, sign))).toBe('ENROLMENT_MALFORMED')
  })

  it('never does anything but accept or refuse, whatever the bytes', () => {
    const bytes = encodeEnrolment(full, key, sign)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at]! ^= flip
        expect(['accepted', 'ENROLMENT_MALFORMED', 'SIGNATURE']).toContain(
          codeOf(() => openEnrolment(changed, key, trusting)),
        )
      }),
      { numRuns: 500 },
    )
  })
})
