import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Disk, nodeDisk } from '../disk.ts'
import { declared, history, LOTS, lot, measured, packed, told, transformed } from './_history.ts'
import { ask, graphOf, type Told, take, trace } from './_trace.ts'
import { TraceGraph } from './graph.ts'
import { readTraceSnapshot, type Standpoint, writeTraceSnapshot } from './snapshot.ts'

// Some of them write and read dozens of files, on disks that others use too.
vi.setConfig({ testTimeout: 180_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tristamp-ledger-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const STANDPOINT: Standpoint = {
  next: { entries: { index: 7, file: 0, offset: 900 }, bodies: { index: 31, file: 0, offset: 40_000 } },
  last: { place: { index: 6, file: 0, offset: 800 }, length: 92, leaf: new Uint8Array(32).fill(5) },
}
const always = async (): Promise<void> => undefined
const never = (): boolean => false

async function saved(graph: TraceGraph, name = 'trace-graph', disk: Disk = nodeDisk): Promise<string> {
  const file = join(folder, name)
  await writeTraceSnapshot(disk, file, graph, STANDPOINT, never)
  return file
}

async function loaded(file: string): Promise<TraceGraph> {
  const graph = new TraceGraph(2)
  expect(await readTraceSnapshot(file, graph, always)).toEqual(STANDPOINT)
  return graph
}

/** Some of everything, with words and names of its own. */
function anything(own: number): Told[] {
  const made = transformed(1, [own], [5, 6], 'a')
  return [
    { event: made, org: 'one' },
    { event: packed(2, 'ADD', 0, [5, 6]), org: 'one' },
    { event: measured(3, 0, 7), org: `two-${own}` },
    { event: packed(4, 'DELETE', 0, []), org: 'one' },
    { event: declared(made), org: 'one' },
  ]
}

test('a graph from a snapshot is the one that was written, goes on as it would have, and answers the same', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(25), fc.nat(LOTS - 1), async (acts, cut, n) => {
      const { all } = told(acts)
      const size = Math.min(cut, all.length)
      const kept = graphOf(all.slice(0, size))
      const from = await loaded(await saved(kept))
      expect(from.digest()).toBe(kept.digest())
      const rest: Told[] = all.slice(size)
      for (const graph of [kept, from]) take(graph, rest, size)
      const whole = graphOf(all)
      expect([kept.digest(), from.digest()]).toEqual([whole.digest(), whole.digest()])
      if (whole.names.find(lot(n)) === undefined) return
      const question = trace(lot(n), 'back', 'forward')
      expect(await ask(from, question)).toEqual(await ask(whole, question))
    }),
    { numRuns: 25 },
  )
})

test('columns of more than one piece come back as they were', async () => {
  const graph = new TraceGraph(2)
  const told = anything(1)
  for (let from = 0; from < 17_000; from += told.length) take(graph, told, from)
  expect((await loaded(await saved(graph))).digest()).toBe(graph.digest())
})

test('a snapshot that is cut off anywhere, or has a byte more, is refused', async () => {
  const file = await saved(graphOf(anything(1)), 'cut')
  const whole = await readFile(file)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
      await writeFile(file, whole)
      await truncate(file, length)
      await expect(readTraceSnapshot(file, new TraceGraph(), always)).rejects.toThrow()
    }),
    { numRuns: 25 },
  )
  await writeFile(file, Buffer.concat([whole, Buffer.of(0)]))
  await expect(readTraceSnapshot(file, new TraceGraph(), always)).rejects.toThrow('follows')
})

test('a snapshot in which a byte was flipped is refused, wherever it is', async () => {
  const file = await saved(graphOf(anything(1)), 'flipped')
  const whole = await readFile(file)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= flip
      await writeFile(file, bytes)
      await expect(readTraceSnapshot(file, new TraceGraph(), always)).rejects.toThrow()
    }),
    { numRuns: 40 },
  )
})

test('what is left of a writing that was cut short is no harm: the old one stands until the new one is whole', async () => {
  const first = graphOf(anything(1))
  const file = await saved(first, 'crash')
  const second = graphOf(anything(2))
  const { length } = await readFile(await saved(second, 'second'))
  for (const room of [0, 1, 100, length >> 1, length - 1]) {
    await expect(saved(second, 'crash', fullAfter(room))).rejects.toThrow('ENOSPC')
    // As a killed process leaves it: nothing has cleaned up behind it.
    await writeFile(`${file}.new`, (await readFile(join(folder, 'second'))).subarray(0, room))
    expect((await loaded(file)).digest()).toBe(first.digest())
  }
  await saved(second, 'crash')
  expect((await loaded(file)).digest()).toBe(second.digest())
})

test('of a writing that is given up nothing is left', async () => {
  const file = join(folder, 'given-up')
  let blocks = 0
  const after = (): boolean => ++blocks > 3
  expect(await writeTraceSnapshot(nodeDisk, file, graphOf(anything(1)), STANDPOINT, after)).toBe(false)
  expect(await readTraceSnapshot(file, new TraceGraph(), always)).toBeUndefined()
  await expect(readFile(`${file}.new`)).rejects.toThrow('ENOENT')
})

test('a snapshot is asked whether it fits before it is read', async () => {
  const file = await saved(graphOf(anything(1)), 'unfit')
  const graph = new TraceGraph()
  const refuse = async ({ last }: Standpoint): Promise<void> => {
    throw new Error(`not of this log: ${last.leaf[0]}`)
  }
  await expect(readTraceSnapshot(file, graph, refuse)).rejects.toThrow('not of this log: 5')
  expect(graph.events).toBe(0)
})

/** A disk that is full after so many bytes. */
function fullAfter(bytes: number): Disk {
  return {
    ...nodeDisk,
    open: async (path) => {
      const file = await nodeDisk.open(path)
      const write = async (data: Uint8Array, offset: number): Promise<void> => {
        if (offset + data.length > bytes) throw new Error('ENOSPC: no space left on device')
        await file.write(data, offset)
      }
      return { ...file, write }
    },
  }
}
