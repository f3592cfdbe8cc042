import {
  extended,
  HistoryMap,
  type HistoryRecord,
  NO_HISTORY,
  sha256,
  subjectHash,
  toHex,
  utf8,
} from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockHistories } from './block-histories.ts'
import { historyRow, type Posting } from './row.ts'

const subject = fc.integer({ min: 0, max: 200 }).map((n) => `https://example.org/${n}`)
const event = fc.record({ subject, entry: fc.nat(2 ** 40), position: fc.nat(1023) })

test('the histories of a block are those of a plain model, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 400 }), fc.uniqueArray(subject), fc.nat(9), (events, known, height) => {
      const map = new HistoryMap()
      for (const [i, s] of known.entries()) map.set(subjectHash(s), { count: i + 1, chain: subjectHash(`before ${s}`) })
      const before = (s: string): HistoryRecord => map.get(subjectHash(s)) ?? NO_HISTORY

      const model = new Map<string, { record: HistoryRecord; postings: Posting[] }>()
      const histories = new BlockHistories((key) => map.get(key))
      for (const [i, { subject, entry, position }] of events.entries()) {
        const leaf = sha256(utf8(`leaf ${i}`))
        histories.extend(subjectHash(subject), entry, position, leaf)
        const { record, postings } = model.get(subject) ?? { record: before(subject), postings: [] }
        const next = extended(record, entry, position, leaf)
        model.set(subject, { record: next, postings: [...postings, { entry, position }] })
      }

      const rows = [...histories.rows(height)].map(({ key, value }) => [toHex(key), toHex(value)])
      const expected = [...model].map(([s, { record, postings }]) =>
        historyRow(subjectHash(s), height, record, postings),
      )
      expect(rows).toEqual(expected.map(({ key, value }) => [toHex(key), toHex(value)]))
      histories.into(map)
      for (const [s, { record }] of model) expect(map.get(subjectHash(s))).toEqual(record)
    }),
    { numRuns: 50 },
  )
})
