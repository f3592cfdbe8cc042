import { readFile, rm, writeFile } from 'node:fs/promises'
import { evidenceId, evidenceUri, type Json } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commissioned, itemUri, TestLedger } from '../_harness.ts'
import { type Disk, nodeDisk } from '../disk.ts'
import { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { BOX, LOT, Recorded, step } from './_recorded.ts'
import { trace as question } from './_trace.ts'
import type { Exposed } from './exposure.ts'
import type { ReadingView } from './exposure-readings.ts'
import { TraceGraph } from './graph.ts'
import { TraceHost, type TraceNews } from './host.ts'
import { traceSnapshotPath } from './snapshot.ts'

let recorded: Recorded

beforeEach(async () => {
  recorded = await Recorded.start()
})
afterEach(() => recorded.ledger.remove())

const trace = (subject: string): string => `/v1/trace?subject=${encodeURIComponent(subject)}`

test('a graph that grew with each seal is the one that is made of all events at once; a node answers the same after a start', async () => {
  const parts = { folder: recorded.ledger.folder, reached: () => undefined, note: () => undefined }
  const hosts = [new TraceHost(parts), new TraceHost(parts)] as const
  const made = step({ type: 'TransformationEvent', inputEPCList: [itemUri('A')], outputEPCList: [itemUri('C')] })
  const errorDeclaration = { declarationTime: '2026-11-22T02:00:00.000Z', reason: 'did_not_occur' }
  const declared = { ...(made as Record<string, Json>), errorDeclaration }
  for (const events of [[commissioned(itemUri('A')), commissioned(itemUri('B'))], [made], [declared]]) {
    await recorded.record(...events)
    await hosts[0].advance(await recorded.news())
  }
  const news = await recorded.news()
  await hosts[0].advance(news)
  await hosts[1].advance(news)
  expect(hosts[1].digest()).toBe(hosts[0].digest())
  expect(hosts[0].digest()).not.toBe(new TraceGraph().digest())

  const before = await recorded.get(trace(itemUri('B')))
  await recorded.ledger.stop()
  await recorded.ledger.run()
  expect(await recorded.get(trace(itemUri('B')))).toEqual(before)
})

/** What a host says, and how many bytes of the events it reads. */
async function readBy(
  folder: string,
  news: TraceNews,
  work: (host: TraceHost) => Promise<void> = async () => undefined,
): Promise<{ digest: string; notes: string[]; bodies: number }> {
  const notes: string[] = []
  let bodies = 0
  const disk: Disk = {
    ...nodeDisk,
    open: async (path) => {
      const file = await nodeDisk.open(path)
      if (!path.includes('/bodies/')) return file
      const read = async (offset: number, length: number): Promise<Uint8Array> => {
        bodies += length
        return file.read(offset, length)
      }
      return { ...file, read }
    },
  }
  const host = new TraceHost({ folder, reached: () => undefined, note: (text) => notes.push(text), disk })
  await host.advance(news)
  await work(host)
  const digest = host.digest()
  await host.close()
  return { digest, notes, bodies }
}

test('a start goes on from the snapshot that the last stop left, and is not misled by one that is damaged, ahead or of another log', async () => {
  await recorded.record(commissioned(itemUri('A')), commissioned(itemUri('B')))
  const early = await recorded.news()
  const file = traceSnapshotPath(recorded.ledger.folder)
  const earlyDigest = (await readBy(recorded.ledger.folder, early)).digest
  const before = await readFile(file)
  await recorded.record(commissioned(itemUri('C')))
  const all = await recorded.news()

  const caughtUp = await readBy(recorded.ledger.folder, all)
  const nothingNew = await readBy(recorded.ledger.folder, all)
  await rm(file)
  const anew = await readBy(recorded.ledger.folder, all)
  expect([caughtUp.notes, nothingNew.notes, anew.notes]).toEqual([[], [], []])
  expect([caughtUp.digest, nothingNew.digest]).toEqual([anew.digest, anew.digest])
  expect(nothingNew.bodies).toBe(0)
  expect(caughtUp.bodies).toBeLessThan(anew.bodies)

  // The log was set back to an earlier state: what the snapshot holds is not in it.
  const back = await readBy(recorded.ledger.folder, early)
  expect([back.digest, back.notes]).toEqual([earlyDigest, [expect.stringContaining('the log has')]])

  const bytes = Buffer.from(before)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(file, bytes)
  const mended = await readBy(recorded.ledger.folder, all)
  expect([mended.digest, mended.notes]).toEqual([anew.digest, [expect.stringContaining('damaged')]])

  const other = await TestLedger.start()
  try {
    await writeFile(traceSnapshotPath(other.folder), before)
    const size = await other.size()
    const fresh = await readBy(other.folder, { ...early, size: Math.max(size, early.size) })
    expect(fresh.notes).toEqual([expect.stringContaining('another log')])
  } finally {
    await other.remove()
  }
})

test('a snapshot is written while questions are answered, when enough has come', async () => {
  await recorded.record(commissioned(itemUri('A')))
  const news = await recorded.news()
  const file = traceSnapshotPath(recorded.ledger.folder)
  const { notes, digest } = await readBy(recorded.ledger.folder, news, async (host) => {
    const asked = host.ask({ ...question(LOT), limit: 10 }, news.size)
    await Promise.all([host.save(), asked])
    const written = await readFile(file)
    // Nothing has come since.
    await rm(file)
    await host.save()
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await writeFile(file, written)
  })
  expect(notes).toEqual([])
  expect(await readBy(recorded.ledger.folder, news)).toEqual({ digest, notes: [], bodies: 0 })
})

test('how long goods were too warm is told by the series, where the event has one or names one that the node holds', async () => {
  const [start, hour] = [Date.parse('2026-11-22T00:00:00.000Z'), 3_600_000]
  const time = (hours: number): string => new Date(start + hours * hour).toISOString()
  /** Four hours in the box, of which the instrument says no more than that eleven degrees were reached. */
  const measured = (from: number, more: { metadata?: Json; series?: Json }): Json =>
    step({
      type: 'ObjectEvent',
      action: 'OBSERVE',
      epcList: [BOX],
      sensorElementList: [
        {
          sensorMetadata: {
            deviceID: 'https://id.gs1.org/8004/9506000134PROBE',
            startTime: time(from),
            endTime: time(from + 4),
            ...(more.metadata as object),
          },
          sensorReport: [{ type: 'Temperature', minValue: 2, maxValue: 11, uom: 'CEL' }],
          ...(more.series !== undefined && { 'tristamp:series': more.series }),
        },
      ],
    })
  const bytes = new TextEncoder().encode('{"everyMs":600000,"milli":[9000,9000,9000,2000]}')
  const other = new TextEncoder().encode('not a series')
  const evidence = new EvidenceFolder(nodeDisk, recorded.ledger.folder)
  for (const piece of [bytes, other]) await evidence.put(evidenceId(piece), piece)
  const told = { everyMs: hour, milli: [2000, 9000, null, 2000] }
  await recorded.record(
    {
      ...(step({ type: 'AggregationEvent', action: 'ADD', parentID: BOX, childEPCs: [itemUri('A')] }) as object),
      eventTime: time(0),
    } as Json,
    measured(0, { series: told }),
    measured(4, { metadata: { rawData: evidenceUri(evidenceId(bytes)) }, series: told }),
    measured(8, { metadata: { rawData: evidenceUri(evidenceId(other)) }, series: { everyMs: hour, milli: [2000] } }),
    measured(12, {}),
  )
  const path = `/v1/trace/exposure?unit=${encodeURIComponent(BOX)}&max=8000`
  const { goods, readings } = await recorded.get<{ goods: Exposed[]; readings: ReadingView[] }>(path)
  const minutes = readings.map(({ from, by, brokenMs }) => [from, by, brokenMs! / 60_000])
  expect(minutes.sort()).toEqual([
    [time(0), 'event', 60],
    [time(4), 'evidence', 30],
    [time(8), 'interval', 240],
    [time(12), 'interval', 240],
  ])
  expect(goods.map(({ subject, brokenMs }) => [subject, brokenMs / 60_000])).toEqual([
    [itemUri('A'), 60 + 30 + 240 + 240],
  ])
})
