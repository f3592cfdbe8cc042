import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno, LedgerError } from '../error.ts'
import { fetchFrom } from '../peer.ts'
import { Flawed } from './flaw.ts'
import type { Publication } from './published-source.ts'

const TRIES = 4
const PAUSE_MS = 500

/** Where an archive keeps the events of the entries from `first` on (docs/spec/archive.md). */
export function archivedEventsPath(first: number): string {
  return `events/${String(first).padStart(16, '0')}`
}

/** An archive in a folder. */
export function archiveIn(folder: string): Publication {
  return {
    name: folder,
    address: (path) => join(folder, path),
    eventsPath: archivedEventsPath,
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
    fetch: (path, maxBytes) => served(address(path), maxBytes),
    policyPath: node ? 'v1/policy' : 'policy',
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetchAgain(url, 1 << 20)
    return true
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'PEER_REFUSED') return false
    throw error
  }
}

/** What a server says that it has not is missing there. */
async function served(url: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await fetchAgain(url, maxBytes)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'PEER_REFUSED') throw error
    throw new Flawed({ file: url, field: 'missing', detail: error.message })
  }
}

/** A long audit outlives a short interruption. */
async function fetchAgain(url: string, maxBytes: number): Promise<Uint8Array> {
  for (let turn = 1; ; turn++) {
    try {
      return await fetchFrom(url, maxBytes)
    } catch (error) {
      const again = error instanceof LedgerError && error.code === 'PEER_UNREACHABLE' && turn < TRIES
      if (!again) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * turn))
    }
  }
}
