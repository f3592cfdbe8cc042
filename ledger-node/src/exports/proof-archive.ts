import { createHash } from 'node:crypto'
import { decodeBundle, ProtocolError, subjectsOf, utf8 } from '@tristamp/protocol'
import { archiveReadme } from './archive-readme.ts'
import { type ExportScope, readEvent, type StoredEvent } from './exported-event.ts'
import type { TarFile } from './tar.ts'

/** Where proofs come from. Rejects with ProtocolError HISTORY_SIZE for what no reader takes. */
export interface ProofSource {
  bundle(subject: string): Promise<Uint8Array>
  tlogProof(entry: number): Promise<Uint8Array>
  policy: string
}

/** What one archive holds at most. */
export interface ArchiveBounds {
  bundles: number
  bundleBytes: number
}

/** One after the other: histories that are too large cost as much as the largest ones, and where one is, its neighbours are likely to be. */
const MAX_FAILURES = 4

interface IndexedBundle {
  file: string
  subject: string
  sha256: string
  /** Of the events of this archive: entry and position. */
  events: [number, number][]
}

/** The files of a proof archive (docs/spec/exports.md): as few bundles as hold all events, and of each statement that it is in the log. */
export async function* archiveFiles(
  scope: ExportScope,
  events: readonly StoredEvent[],
  proofs: ProofSource,
  bounds: ArchiveBounds,
): AsyncGenerator<TarFile> {
  const sums: string[] = []
  const file = (name: string, content: string | Uint8Array): TarFile => {
    const bytes = typeof content === 'string' ? utf8(content) : content
    sums.push(`${hex(bytes)}  ${name}\n`)
    return { name, bytes }
  }
  yield file('policy', proofs.policy)
  yield file('events.jsonl', events.map(lineOf).join(''))
  const bundles: IndexedBundle[] = []
  const cover = new Cover(events)
  let [bytes, failures] = [0, 0]
  for (let next = cover.next(scope.subject); next !== undefined; next = cover.next()) {
    if (bundles.length >= bounds.bundles || bytes >= bounds.bundleBytes || failures >= MAX_FAILURES) break
    const bundle = await whole(proofs, next)
    failures = bundle === undefined ? failures + 1 : 0
    const held = bundle === undefined ? [] : cover.take(bundle)
    if (bundle === undefined || held.length === 0) continue
    bytes += bundle.length
    const name = `bundles/${String(bundles.length + 1).padStart(4, '0')}.tristamp`
    bundles.push({ file: name, subject: next, sha256: hex(bundle), events: held })
    yield file(name, bundle)
  }
  const entries = [...new Set(events.map(({ entry }) => entry))]
  for (const entry of entries) yield file(`statements/${entry}.tlog-proof`, await proofs.tlogProof(entry))
  const unbundled = cover.left
  const told: ExportScope =
    unbundled.length === 0 ? scope : { ...scope, incomplete: [...scope.incomplete, 'EXPORT_BUNDLES'] }
  const counts = {
    events: events.length,
    bundles: bundles.length,
    statements: entries.length,
    unbundled: unbundled.length,
  }
  yield file('index.json', `${JSON.stringify({ scope: told, bundles, unbundled }, undefined, 1)}\n`)
  yield file('README.zh.txt', archiveReadme('zh', told, counts))
  yield file('README.en.txt', archiveReadme('en', told, counts))
  yield { name: 'SHA256SUMS', bytes: utf8(sums.join('')) }
}

/** Undefined where a subject's history is larger than any reader takes. */
async function whole(proofs: ProofSource, subject: string): Promise<Uint8Array | undefined> {
  try {
    return await proofs.bundle(subject)
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'HISTORY_SIZE') return undefined
    throw error
  }
}

/** Which events no bundle holds yet. */
class Cover {
  readonly #left = new Map<string, StoredEvent>()
  readonly #tried = new Set<string>()
  /** The latest last: what was made of something leads back to it, so that few bundles hold much. */
  readonly #waiting: StoredEvent[]

  constructor(events: readonly StoredEvent[]) {
    for (const one of events) this.#left.set(keyOf(one), one)
    this.#waiting = [...events]
  }

  /** The subject whose bundle comes next. */
  next(first?: string): string | undefined {
    if (first !== undefined && !this.#tried.has(first)) {
      this.#tried.add(first)
      return first
    }
    for (let one = this.#waiting.at(-1); one !== undefined; one = this.#waiting.at(-1)) {
      const subject = this.#left.has(keyOf(one))
        ? subjectsOf(readEvent(one).event).find((s) => !this.#tried.has(s))
        : undefined
      if (subject === undefined) this.#waiting.pop()
      else {
        this.#tried.add(subject)
        return subject
      }
    }
    return undefined
  }

  /** Those of the events that a bundle holds. */
  take(bundle: Uint8Array): [number, number][] {
    return decodeBundle(bundle)
      .events.filter((one) => this.#left.delete(keyOf(one)))
      .map(({ entry, position }) => [entry, position])
  }

  get left(): [number, number][] {
    return [...this.#left.values()].map(({ entry, position }) => [entry, position])
  }
}

function keyOf({ entry, position }: { entry: number; position: number }): string {
  return `${entry}/${position}`
}

/** The event stands in the line with the very bytes that were signed. */
function lineOf({ entry, position, org, gateway, state, bytes }: StoredEvent): string {
  const head = JSON.stringify({ entry, position, org, gateway, state })
  return `${head.slice(0, -1)},"event":${Buffer.from(bytes).toString('utf8')}}\n`
}

function hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
