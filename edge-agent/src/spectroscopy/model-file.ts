import { readFileSync } from 'node:fs'
import { EVIDENCE_BYTES, type Model, parseModel } from '@tristamp/protocol'
import { AgentError, whyOf } from '../error.ts'

/** A model with its exact bytes, which are what events name. */
export interface ModelFile {
  model: Model
  bytes: Uint8Array
}

/** @throws AgentError MODEL_MALFORMED */
export function readModelFile(file: string): ModelFile {
  try {
    const bytes = new Uint8Array(readFileSync(file))
    if (bytes.length > EVIDENCE_BYTES) throw new Error(`${bytes.length} bytes, at most ${EVIDENCE_BYTES}`)
    return { model: parseModel(bytes), bytes }
  } catch (cause) {
    throw new AgentError('MODEL_MALFORMED', { file, why: whyOf(cause) }, { cause })
  }
}
