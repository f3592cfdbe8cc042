import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  LIMITS,
  MAX_BUNDLE_BYTES,
  MAX_RECEIPT_BYTES,
  MAX_TLOG_PROOF_BYTES,
  MAX_TRANSPARENT_BYTES,
} from '@tristamp/protocol'
import { nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { keyPath, loadKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { lockData } from './lock.ts'
import { verifySignature } from './node-crypto.ts'
import { fetchFrom } from './peer.ts'
import { eventsById } from './query/event.ts'
import { history } from './query/history.ts'
import { receipted, tlogProof } from './query/proof.ts'
import { Entries } from './query/source.ts'

/** Whoever can make proof files: a node that runs, or the folder of one that does not. */
export interface Prover extends AsyncDisposable {
  tlogProof(entry: number): Promise<Uint8Array>
  receipt(entry: number): Promise<Uint8Array>
  /** The statement with its receipt. */
  transparent(entry: number): Promise<Uint8Array>
  bundle(subject: string): Promise<Uint8Array>
  /** Where the events with this id stand, the original first. */
  entriesOf(eventID: string): Promise<number[]>
}

/** A prover that asks a node. What it answers proves itself, so nothing of it is believed. */
export function proverOfNode(node: string): Prover {
  const ask = (path: string, maxBytes: number): Promise<Uint8Array> => fetchFrom(`${node}${path}`, maxBytes)
  return {
    tlogProof: (entry) => ask(`/v1/statements/${entry}/proof`, 3 * MAX_TLOG_PROOF_BYTES),
    receipt: (entry) => ask(`/v1/statements/${entry}/receipt`, MAX_RECEIPT_BYTES),
    transparent: (entry) => ask(`/v1/statements/${entry}`, MAX_TRANSPARENT_BYTES),
    bundle: (subject) => ask(`/v1/history?subject=${encodeURIComponent(subject)}`, MAX_BUNDLE_BYTES),
    async entriesOf(eventID) {
      const text = Buffer.from(await ask(`/v1/events/${encodeURIComponent(eventID)}`, MAX_EVENTS_BYTES)).toString(
        'utf8',
      )
      const { records } = JSON.parse(text) as { records?: { entry?: unknown }[] }
      return (records ?? []).map(({ entry }) => Number(entry))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** A prover over a ledger's own folder, which no node may be working on. @throws LedgerError as opening a ledger */
export async function proverOfFolder(data: string): Promise<Prover> {
  if (!existsSync(join(data, 'entries'))) throw new LedgerError('DATA_MISSING', data)
  const unlock = await lockData(data)
  try {
    const logKey = await loadKey(keyPath(data, 'log'))
    const parts = {
      disk: nodeDisk,
      folder: data,
      logKey,
      verify: verifySignature,
      now: Date.now,
      note: () => undefined,
    }
    const ledger = await Ledger.open(parts)
    const entries = new Entries(ledger)
    return {
      tlogProof: async (entry) => new Uint8Array(Buffer.from(await tlogProof(ledger, entries, entry))),
      receipt: async (entry) => (await receipted(ledger, entries, entry, logKey)).receipt,
      transparent: async (entry) => (await receipted(ledger, entries, entry, logKey)).transparent,
      bundle: (subject) => history(ledger, entries, subject, 0),
      entriesOf: async (eventID) => (await eventsById(ledger, entries, eventID)).map(({ entry }) => entry),
      async [Symbol.asyncDispose]() {
        await ledger.close()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/** An event with its corrections, each with its statement, in JSON. */
const MAX_EVENTS_BYTES = 16 * (LIMITS.eventBytes + LIMITS.entryBytes)
