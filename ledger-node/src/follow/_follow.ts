import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  concat,
  encodeEntryBundle,
  encodeEventSequence,
  encodeSeal,
  formatCheckpoint,
  isSeal,
  leafHash,
  parseSeal,
  parseTilePath,
  type Seal,
  sealHash,
  signNote,
  treeRoot,
} from '@tristamp/protocol'
import { config, ORIGIN, temporaryFolder, until } from '../_harness.ts'
import { nodeDisk } from '../disk.ts'
import { FEED_BEGIN, type FeedItem, LocalFeed } from '../feed.ts'
import { keyPath, loadKey, type SigningKey } from '../keys.ts'
import type { Machine } from '../machine.ts'
import { type RunningFollower, startFollower } from './start.ts'

/** What answers a path of HTTP; undefined is 404. */
export type Answer = (path: string, request: IncomingMessage) => Promise<Uint8Array | undefined>

/** A server that answers as it is told: between a follower and its leader, or in a leader's place. */
export class Stage {
  readonly #server: Server
  answer: Answer
  asked: string[] = []

  private constructor(server: Server, answer: Answer) {
    this.#server = server
    this.answer = answer
  }

  static async open(answer: Answer): Promise<Stage> {
    const server = createServer((request, response) => {
      const path = request.url ?? '/'
      stage.asked.push(path)
      stage.answer(path, request).then(
        (bytes) => response.writeHead(bytes === undefined ? 404 : 200).end(bytes && Buffer.from(bytes)),
        () => response.destroy(),
      )
    })
    const stage = new Stage(server, answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return stage
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Passes on what another node answers. */
export function from(url: () => string): Answer {
  return async (path) => {
    const response = await fetch(`${url()}${path}`)
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
  }
}

/** The same with the answers to some paths changed. */
export function altered(answer: Answer, which: RegExp, change: (bytes: Uint8Array) => Uint8Array | undefined): Answer {
  return async (path, request) => {
    const bytes = await answer(path, request)
    return bytes !== undefined && which.test(path) ? change(bytes) : bytes
  }
}

/** A running follower in a folder of its own. */
export class TestFollower {
  readonly folder: string
  readonly logs: string[] = []
  readonly #remove: () => Promise<void>
  node!: RunningFollower

  private constructor(folder: string, remove: () => Promise<void>) {
    this.folder = folder
    this.#remove = remove
  }

  static async start(leader: string, machine: Partial<Machine> = {}): Promise<TestFollower> {
    const { path, remove } = await temporaryFolder()
    const follower = new TestFollower(path, remove)
    await follower.run(leader, machine)
    return follower
  }

  async run(url: string, machine: Partial<Machine> = {}): Promise<void> {
    const settings = { ...config(this.folder), follow: { url, name: 'market.example/witness' } }
    this.node = await startFollower(settings, undefined, { log: (text) => this.logs.push(text), ...machine })
  }

  async stop(): Promise<void> {
    await this.node[Symbol.asyncDispose]()
  }

  async remove(): Promise<void> {
    await this.stop()
    await this.#remove()
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.node.url}${path}`, init)
  }

  async bytes(path: string): Promise<Buffer> {
    const response = await this.get(path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return Buffer.from(await response.arrayBuffer())
  }

  async size(): Promise<number> {
    const response = await this.get('/checkpoint')
    return response.ok ? Number((await response.text()).split('\n')[1]) : 0
  }

  /** Waits until it serves so many entries. */
  reached(size: number, withinMs = 60_000): Promise<void> {
    return until(async () => (await this.size()) >= size, withinMs)
  }

  /** Waits until it no longer follows; answers why. */
  async diverged(): Promise<string> {
    await until(() => this.node.status().state === 'diverged', 60_000)
    return this.node.status().code!
  }
}

/** Everything that a ledger folder holds, in order. */
export async function itemsIn(folder: string): Promise<FeedItem[]> {
  const feed = await LocalFeed.open(nodeDisk, folder)
  const items: FeedItem[] = []
  for await (const found of feed.read(FEED_BEGIN)) if (found.kind === 'entry') items.push(found.item)
  await feed.close()
  return items
}

export function logKeyOf(folder: string): Promise<SigningKey> {
  return loadKey(keyPath(folder, 'log'))
}

/** A seal over the items behind the last seal, as it must be, or with some of its fields changed. */
export function sealOver(items: readonly FeedItem[], historyRoot: Uint8Array, change: Partial<Seal> = {}): FeedItem {
  const at = items.findLastIndex(({ bytes }) => isSeal(bytes))
  const last = parseSeal(items[at]!.bytes)
  const block = items.slice(at + 1)
  const seal = {
    height: last.height + 1,
    previous: sealHash(items[at]!.bytes),
    firstEntry: at + 1,
    entryCount: block.length,
    eventCount: block.reduce((sum, { events }) => sum + events.length, 0),
    timeMs: last.timeMs,
    historyRoot,
    ...change,
  }
  return { bytes: encodeSeal(seal), events: [] }
}

/** A log of up to 256 entries that serves whatever it is given, well signed by the key. */
export function forged(items: readonly FeedItem[], key: SigningKey): Answer {
  const leaves = items.map(({ bytes }) => leafHash(bytes))
  const checkpoint = formatCheckpoint({ origin: ORIGIN, size: items.length, root: treeRoot(leaves) })
  const note = signNote(checkpoint, [{ name: ORIGIN, type: 1, ...key }])
  return async (path) => {
    if (path === '/checkpoint') return Buffer.from(note)
    if (path.startsWith('/v1/batches')) {
      const query = new URL(path, 'http://forged').searchParams
      const [first, end] = [Number(query.get('from')), Number(query.get('to'))]
      return encodeEventSequence(items.slice(first, end).map(({ events }) => events))
    }
    if (!path.startsWith('/tile/')) return undefined
    const { kind, width, ...tile } = parseTilePath(path.slice(1))
    if (tile.index !== 0 || ('level' in tile && tile.level !== 0)) return undefined
    if (kind === 'tile') return concat(...leaves.slice(0, width))
    return encodeEntryBundle(items.slice(0, width).map(({ bytes }) => bytes))
  }
}

export function diverged(folder: string): string {
  return join(folder, 'diverged.json')
}
