// What the page asks for beside proofs, once its verdict stands.
import { EVIDENCE_BYTES, type EvidenceId } from '@tristamp/protocol'
import { FetchError, get } from './fetch-history.ts'

/** A tile of the log, at most as large as it must be. @throws FetchError */
export async function fetchTile(path: string, maxBytes: number): Promise<Uint8Array> {
  return get(`/${path}`, maxBytes)
}

/** What an event names by digest, unchecked; undefined where the node has it not. @throws FetchError */
export async function fetchEvidence(id: EvidenceId): Promise<Uint8Array | undefined> {
  try {
    return await get(`/v1/evidence/${id}`, EVIDENCE_BYTES)
  } catch (error) {
    if (error instanceof FetchError && error.status === 404) return undefined
    throw error
  }
}
