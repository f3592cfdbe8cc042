// Running a recorded test again, here. Loaded when there is one.
import { evidenceOfTest, parseModel, type Rerun, rerunTest, type SensorElement } from '@tristamp/protocol'
import { fetchEvidence } from './fetch-beside.ts'
import { FetchError } from './fetch-history.ts'

/** What came of it; `offline`: the evidence could not be asked for. */
export type RunAgain =
  | { state: 'agrees' | 'differs'; model: { name: string; right: number; of: number } | undefined }
  | { state: 'missing' | 'offline' }

/** Fetches measurement and model by their digests, and computes the test from them. */
export async function runAgain(element: SensorElement): Promise<RunAgain> {
  const ids = evidenceOfTest(element)
  if (ids === undefined) return { state: 'differs', model: undefined }
  const pieces = new Map<string, Uint8Array>()
  try {
    for (const id of [ids.spectrum, ids.model]) {
      const bytes = await fetchEvidence(id)
      if (bytes !== undefined) pieces.set(id, bytes)
    }
  } catch (error) {
    if (error instanceof FetchError) return { state: 'offline' }
    throw error
  }
  const again: Rerun = rerunTest(element, (id) => pieces.get(id))
  if (again.state === 'missing') return { state: 'missing' }
  return { state: again.state, model: again.state === 'agrees' ? modelOf(pieces.get(ids.model)!) : undefined }
}

function modelOf(bytes: Uint8Array): { name: string; right: number; of: number } {
  const { name, training } = parseModel(bytes)
  return { name, ...training.sensitivity }
}
