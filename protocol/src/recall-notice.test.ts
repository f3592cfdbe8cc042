import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groundedHold, recallOf } from './_governance.ts'
import { encodeAck } from './ack.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import { ProtocolError } from './error.ts'
import { parseScan } from './gs1/scan.ts'
import { encodeNotice, namesOnLabel, noticeName, openNotice, type RecallNotice } from './recall-notice.ts'

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
