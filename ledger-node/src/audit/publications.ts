import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EvidenceId } from '@tristamp/protocol'
import { hasErrno, LedgerError } from '../error.ts'
import { evidenceFile } from '../evidence/evidence-folder.ts'
import { askPeer, type PeerAnswer } from '../peer.ts'
import { Flawed } from './flaw.ts'
import type { Publication } from './published-source.ts'

const TRIES = 6
const PAUSE_MS = 500
const TIMEOUT_MS = 60_000
/** Room for what a server says when it refuses. */
const PROBLEM_BYTES = 4096
/** Too many requests; not available at present. */
const BUSY = [429, 503]

/** Where an archive keeps the events of the entries from `first` on (docs/spec/archive.md). */
export function archivedEventsPath(first: number): string {
  return `events/${String(first).padStart(16, '0')}`
}

/** Where an archive keeps a piece of evidence. */
export function archivedEvidencePath(id: EvidenceId): string {
  return `evidence/${evidenceFile(id)}`
}

/** An archive in a folder. */
export function archiveIn(folder: string): Publication {
  return {
    name: folder,
    address: (path) => join(folder, path),
    eventsPath: archivedEventsPath,
    evidencePath: archivedEvidencePath,
    policyPath: 'policy',
    async fetch(path, maxBytes) {
      const file = join(folder, path)
      const fail = (field: string, detail: string): never => {
        throw new Flawed({ file, field, detail })
      }
      try {
        const { size } = await stat(file)
        return size > maxBytes ? fail('size', `${size} bytes, at most ${maxBytes}`) : await readFile(file)
      } catch (error) {
        if (hasErrno(error, 'ENOENT')) return fail('missing', 'the file is not here')
        throw error
      }
    },
  }
}

/** A node, or an archive behind any server of static files. */
export async function publicationAt(url: string): Promise<Publication> {
  const base = url.replace(/\/+$/, '')
  const address = (path: string): string => `${base}/${path}`
  const node = await answers(address('v1/batches?from=0&to=1'))
  return {
    name: base,
    address,
    eventsPath: node ? (from, to) => `v1/batches?from=${from}&to=${to}` : archivedEventsPath,
    evidencePath: node ? (id) => `v1/evidence/${id}` : archivedEvidencePath,
    fetch: (path, maxBytes) => served(address(path), maxBytes),
    policyPath: node ? 'v1/policy' : 'policy',
  }
}

async function answers(url: string): Promise<boolean> {
  return (await ask(url, 1 << 20)).status === 200
}

/** What a server says that it has not is missing there. */
async function served(url: string, maxBytes: number): Promise<Uint8Array> {
  const { status, bytes } = await ask(url, maxBytes)
  if (status !== 200) throw new Flawed({ file: url, field: 'missing', detail: `the server answers ${status}` })
  if (bytes.length <= maxBytes) return bytes
  throw new Flawed({ file: url, field: 'size', detail: `${bytes.length} bytes, at most ${maxBytes}` })
}

/** A long audit outlives a short interruption, and a server that wants to be asked more slowly. */
async function ask(url: string, maxBytes: number): Promise<PeerAnswer> {
  for (let turn = 1; ; turn++) {
    try {
      const answer = await askPeer(url, { maxBytes: Math.max(maxBytes, PROBLEM_BYTES), timeoutMs: TIMEOUT_MS })
      if (!BUSY.includes(answer.status) || turn === TRIES) return answer
    } catch (error) {
      const again = error instanceof LedgerError && error.code === 'PEER_UNREACHABLE' && turn < TRIES
      if (!again) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * turn))
  }
}
