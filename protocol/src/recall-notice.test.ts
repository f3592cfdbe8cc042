import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groundedHold, recallOf } from './_governance.ts'
import { encodeAck } from './ack.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import { ProtocolError } from './error.ts'
import { parseScan } from './gs1/scan.ts'
import {
  encodeNotice,
  MAX_ALSO,
  matchOf,
  NOTICE_BYTES,
  namesOnLabel,
  noticeName,
  openNotice,
  type RecallNotice,
  withAlso,
} from './recall-notice.ts'

const seed = new Uint8Array(32).fill(5)
const key = publicKeyOf(seed)
const sign = signOnNoble(seed)
const notice: RecallNotice = { recall: recallOf(['https://id.gs1.org/01/09506000134352/10/L7']), entry: 7, treeSize: 9 }

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof ProtocolError ? error.code : 'thrown'
  }
}

describe('notice of a recall', () => {
  it.each([notice, { ...notice, lifted: { reason: 'all is back' } }])('comes back as it was written', (one) => {
    expect(openNotice(encodeNotice(one, key, sign), key, verifyOnNoble)).toEqual(one)
    expect(noticeName(one.recall)).toMatch(/^recall-[0-9a-f-]{36}$/)
  })

  it('tells of a hold in the same way', () => {
    const hold = { recall: groundedHold(), entry: 7, treeSize: 9 }
    expect(openNotice(encodeNotice(hold, key, sign), key, verifyOnNoble)).toEqual(hold)
    expect(noticeName(hold.recall)).toMatch(/^hold-[0-9a-f-]{36}$/)
  })

  it('holds the longest recall that governance takes', () => {
    const long = { zh: '召'.repeat(600), en: 'x'.repeat(600) }
    const subjects = Array.from({ length: 256 }, (_, i) => `https://id.gs1.org/01/09506000134352/10/LOT${i}`)
    const recall = recallOf(subjects, { reason: long, hazard: long, consumer: long, holder: long })
    expect(openNotice(encodeNotice({ ...notice, recall }, key, sign), key, verifyOnNoble).recall.subjects).toHaveLength(
      256,
    )
  })

  it('of another ledger, or of another kind, is refused', () => {
    const bytes = encodeNotice(notice, key, sign)
    expect(codeOf(() => openNotice(bytes, publicKeyOf(new Uint8Array(32).fill(6)), verifyOnNoble))).toBe('SIGNATURE')
    const ack = encodeAck({ kind: 'ack', kid: key, seq: 1, prev: key, entry: 1, treeSize: 2 }, key, sign)
    expect(codeOf(() => openNotice(ack, key, () => true))).toBe('NOTICE_MALFORMED')
    const cut = { op: 'recall', id: notice.recall.id, reason: 'x' } as unknown as RecallNotice['recall']
    expect(codeOf(() => openNotice(encodeNotice({ ...notice, recall: cut }, key, sign), key, verifyOnNoble))).toBe(
      'NOTICE_MALFORMED',
    )
  })

  it('that was changed anywhere is refused', () => {
    const bytes = encodeNotice(notice, key, sign)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice()
        changed[at]! ^= by
        expect(['NOTICE_MALFORMED', 'SIGNATURE']).toContain(codeOf(() => openNotice(changed, key, verifyOnNoble)))
      }),
    )
  })
})

describe('goods that a notice tells of beside those that it names', () => {
  const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
  const CASE = 'https://id.gs1.org/00/095060001343520017'
  const item = (serial: string): string => `https://id.gs1.org/01/09506000134352/21/${serial}`
  const open = (one: RecallNotice): RecallNotice => openNotice(encodeNotice(one, key, sign), key, verifyOnNoble)
  /** A notice that the ledger signed with these members, whatever they are. */
  const signed = (members: Record<string, unknown>): Uint8Array => {
    const { protectedBytes, payload } = decodeSign1(encodeNotice(notice, key, sign), NOTICE_BYTES)
    const fields = decodeCbor(payload, { maxBytes: NOTICE_BYTES }) as Map<unknown, unknown>
    for (const [name, value] of Object.entries(members)) fields.set(name, value)
    const bytes = encodeCbor(fields)
    return encodeSign1(protectedBytes, bytes, sign(sigStructure(protectedBytes, bytes)))
  }

  it('come back as they were written, in order and each once, within bounds', () => {
    const long = { zh: '召'.repeat(600), en: 'x'.repeat(600) }
    const subjects = Array.from({ length: 256 }, (_, i) => `https://id.gs1.org/01/09506000134352/10/LOT${i}`)
    const large = recallOf(subjects, { reason: long, hazard: long, consumer: long, holder: long })
    const serial = fc.stringMatching(/^[A-Z0-9/%]{1,20}$/).map((text) => item(encodeURIComponent(text)))
    const name = fc.oneof({ weight: 9, arbitrary: serial }, fc.constantFrom(LOT, CASE, 'urn:x:y', 'not a URI'))
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 500, size: 'max' }),
        fc.constantFrom(notice.recall, large),
        fc.boolean(),
        (ranked, recall, isCut) => {
          const goods = new Set(ranked.filter((one) => one === CASE || one.includes('/21/')))
          const told = withAlso({ ...notice, recall }, ranked, isCut)
          expect(open(told)).toEqual(told)
          const also = told.also!
          expect(also.every((one) => goods.has(one))).toBe(true)
          expect(also).toEqual([...new Set(also)].sort())
          expect(also.length).toBeLessThanOrEqual(MAX_ALSO)
          expect(told.more === true).toBe(isCut || also.length < goods.size)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('are those that matter most where there are too many', () => {
    const ranked = [CASE, ...Array.from({ length: 1000 }, (_, i) => item(String(1000 - i)))]
    const told = withAlso(notice, ranked, false)
    expect(told).toMatchObject({ more: true })
    expect(new Set(told.also)).toEqual(new Set(ranked.slice(0, MAX_ALSO)))
  })

  it('are not told of an order that has ended', () => {
    const { also: _, ...rest } = open({ ...notice, also: [CASE], lifted: { reason: 'all is back' } })
    expect(rest).toEqual({ ...notice, lifted: { reason: 'all is back' } })
    expect(_).toBeUndefined()
  })

  it('are refused in any other form', () => {
    expect(openNotice(signed({ also: [CASE], later: 'unknown members are left out' }), key, verifyOnNoble)).toEqual({
      ...notice,
      also: [CASE],
    })
    const many = Array.from({ length: MAX_ALSO + 1 }, (_, i) => item(String(1000 + i)))
    for (const also of [
      CASE,
      {},
      [7],
      [null],
      [CASE, CASE],
      [item('B'), item('A')],
      many,
      [item('A').replace('/01/', '/1/')],
      [`${CASE}?x=1`],
      ['https://example.com/00/095060001343520017'],
      ['https://id.gs1.org/414/9506000134352'],
      ['https://id.gs1.org/8004/9506000134GW1'],
      [LOT],
      ['x'.repeat(30_000)],
    ])
      expect(codeOf(() => openNotice(signed({ also }), key, verifyOnNoble))).toBe('NOTICE_MALFORMED')
    for (const more of [1, 'true', false])
      expect(codeOf(() => openNotice(signed({ also: [CASE], more }), key, verifyOnNoble))).toBe('NOTICE_MALFORMED')
  })

  it('are told apart from what the order names', () => {
    const told = withAlso(notice, [CASE, item('A')], false)
    expect(matchOf(told, [CASE])).toBe('also')
    expect(matchOf(told, [item('A'), LOT])).toBe('named')
    expect(matchOf(told, [item('B')])).toBeUndefined()
    expect(matchOf(notice, [CASE])).toBeUndefined()
  })
})

describe('the names on a label', () => {
  it.each([
    [
      ']d2010950600013435210L7\x1d21A001',
      [
        'https://id.gs1.org/01/09506000134352/21/A001',
        'https://id.gs1.org/01/09506000134352',
        'https://id.gs1.org/01/09506000134352/10/L7',
      ],
    ],
    [']C100095060001343520017', ['https://id.gs1.org/00/095060001343520017']],
  ])('%j', (text, names) => {
    expect(namesOnLabel(parseScan(text).elements!)).toEqual(names)
  })

  it('are none where it names no goods', () => {
    expect(namesOnLabel(new Map([['17', '261201']]))).toEqual([])
  })
})
