import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk } from './disk.ts'
import { FIRST_PLACE, type Place, type Scanned, SegmentSeries } from './segment.ts'

const OPTIONS = { fileBytes: 4096, recordBytes: 1000 }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segment-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function scanAll(
  series: SegmentSeries,
  from: Place = FIRST_PLACE,
): Promise<{ records: string[]; end: Scanned & { kind: 'end' } }> {
  const records: string[] = []
  for await (const found of series.scan(from)) {
    if (found.kind === 'end') return { records, end: found }
    records.push(Buffer.from(found.bytes).toString('latin1'))
  }
  throw new Error('a scan ends with its end')
}

async function reopened(): Promise<{ series: SegmentSeries; records: string[]; end: Scanned & { kind: 'end' } }> {
  const series = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
  return { series, ...(await scanAll(series)) }
}

const text = (value: string): Uint8Array[] => [Buffer.from(value, 'latin1')]

describe('segment files', () => {
  test('what is appended in groups is read back in order, over many files, also after reopening', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 900 }), { minLength: 1, maxLength: 6 }), {
          maxLength: 20,
        }),
        async (groups) => {
          await rm(folder, { recursive: true, force: true })
          let { series, end } = await reopened()
          await series.resume(end.place)
          const expected: string[] = []
          for (const [i, group] of groups.entries()) {
            const places = await series.append(group.map((bytes) => [bytes.subarray(0, 1), bytes.subarray(1)]))
            expect(places.map((p) => p.index)).toEqual(group.map((_, n) => expected.length + n))
            expected.push(...group.map((bytes) => Buffer.from(bytes).toString('latin1')))
            if (i % 5 === 4) {
              await series.close()
              ;({ series, end } = await reopened())
              await series.resume(end.place)
            }
          }
          const all = await scanAll(series)
          expect(all.records).toEqual(expected)
          expect(all.end.fault).toBeUndefined()
          await series.close()
        },
      ),
      { numRuns: 30 },
    )
  })

  test('a file cut anywhere in its last record loses that record alone, and the next append stands in its place', async () => {
    const first = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await first.resume(FIRST_PLACE)
    await first.append([text('one'), text('two two'), text('three three three')])
    const { end } = first
    await first.close()
    const file = first.path(0)
    const whole = await readFile(file)
    const lastAt = 8 + 3 + 8 + 7
    for (let size = lastAt; size < whole.length; size++) {
      await writeFile(file, whole.subarray(0, size))
      const { series, records, end: torn } = await reopened()
      expect(records).toEqual(['one', 'two two'])
      expect(torn.place).toEqual({ index: 2, file: 0, offset: lastAt })
      expect(torn.fault).toEqual(
        size === lastAt ? undefined : { file, offset: lastAt, field: 'truncated', atEnd: true },
      )
      await series.resume(torn.place)
      await series.append([text('THREE')])
      expect((await scanAll(series)).records).toEqual(['one', 'two two', 'THREE'])
      await series.close()
    }
    expect(end.offset).toBe(whole.length)
  })

  test('a flipped byte anywhere in the last record is seen', async () => {
    const first = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await first.resume(FIRST_PLACE)
    await first.append([text('one'), text('two two')])
    await first.close()
    const whole = await readFile(first.path(0))
    for (let at = 11; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 0x10
      await writeFile(first.path(0), flipped)
      const { series, records, end } = await reopened()
      expect(records).toEqual(['one'])
      expect(end.fault).toMatchObject({ offset: 11 })
      await series.close()
    }
  })

  test('a tail of zeros is no record', async () => {
    const first = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await first.resume(FIRST_PLACE)
    await first.append([text('one')])
    await first.close()
    await writeFile(first.path(0), Buffer.concat([await readFile(first.path(0)), Buffer.alloc(4096)]))
    const { series, records, end } = await reopened()
    expect(records).toEqual(['one'])
    expect(end.fault).toMatchObject({ offset: 11, field: 'length', atEnd: true })
    await series.close()
  })

  test('damage before the last file is not taken for a torn tail', async () => {
    const first = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await first.resume(FIRST_PLACE)
    for (let i = 0; i < 12; i++) await first.append([text('x'.repeat(900))])
    await first.close()
    const file = first.path(0)
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, bytes.length - 3))
    const { series, end } = await reopened()
    expect(end.fault).toMatchObject({ file, field: 'truncated', atEnd: false })
    await expect(series.resume(end.place)).rejects.toMatchObject({ code: 'SEGMENT_CORRUPT' })
    await series.close()
  })

  test('a missing file in the middle is seen', async () => {
    const first = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await first.resume(FIRST_PLACE)
    for (let i = 0; i < 15; i++) await first.append([text('x'.repeat(900))])
    await first.close()
    await rm(first.path(5))
    const { series, end } = await reopened()
    expect(end).toMatchObject({ place: { index: 5 }, fault: { field: 'missing', atEnd: false } })
    await series.close()
  })

  test('records are read one by one and together, and damage in them is named', async () => {
    const series = await SegmentSeries.open(nodeDisk, folder, OPTIONS)
    await series.resume(FIRST_PLACE)
    const places = await series.append([text('one'), text('two two'), text('three')])
    expect((await series.read(places[1]!, 15, 1)).map(String)).toEqual([String(Buffer.from('two two').toJSON().data)])
    expect(await series.read(places[0]!, 11 + 15 + 13, 3)).toHaveLength(3)
    await expect(series.read(places[1]!, 14, 1)).rejects.toMatchObject({ code: 'SEGMENT_CORRUPT' })
    await series.close()
  })
})
