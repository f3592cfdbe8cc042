import { createReadStream, readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { ParcelReader, ProtocolError } from '@tristamp/protocol'
import { AgentError, whyOf } from './error.ts'

/** What the ledger made of a file. */
export interface Imported {
  parcels: number
  recorded: number
  repeated: number
}

const TIMEOUT_MS = 120_000
const ANSWER_BYTES = 65_536

/**
 * Brings a file of parcels, of whatever gateway, to a ledger node over HTTP. Doing it again changes nothing.
 * @throws AgentError IMPORT_FILE, IMPORT_UNREACHABLE, IMPORT_REFUSED, IMPORT_OVERTAKEN
 */
export async function importParcels(file: string, node: string, ca?: string): Promise<Imported> {
  const reader = new ParcelReader()
  const done: Imported = { parcels: 0, recorded: 0, repeated: 0 }
  for await (const parcel of parcelsIn(file, reader)) {
    const answer = await bring(node, parcel, ca)
    done.parcels++
    done.recorded += answer.recorded
    done.repeated += answer.repeated
    if (answer.refused) throw refusal(answer.refused, done.recorded)
  }
  return done
}

async function* parcelsIn(file: string, reader: ParcelReader): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file)) yield* reader.push(new Uint8Array(chunk as Buffer))
    reader.end()
  } catch (cause) {
    if (cause instanceof ProtocolError || (cause as NodeJS.ErrnoException).syscall !== undefined)
      throw new AgentError('IMPORT_FILE', { path: file, why: whyOf(cause) }, { cause })
    throw cause
  }
}

interface Answer {
  recorded: number
  repeated: number
  refused?: { seq: number; code: string }
}

/** What was declared lost is refused for ever: to export it again would not help. */
function refusal({ seq, code }: { seq: number; code: string }, recorded: number): AgentError {
  if (code === 'SEQ_REPEATED') return new AgentError('IMPORT_OVERTAKEN', { seq, recorded })
  return new AgentError('IMPORT_REFUSED', { seq, reason: code, recorded })
}

async function bring(node: string, parcel: Uint8Array, ca: string | undefined): Promise<Answer> {
  const { status, text } = await post(node, parcel, ca)
  try {
    const { recorded, repeated, refused, code } = JSON.parse(text) as Answer & { code?: unknown }
    if (status === 200 && Number.isSafeInteger(recorded) && Number.isSafeInteger(repeated)) {
      if (!refused) return { recorded, repeated }
      return { recorded, repeated, refused: { seq: Number(refused.seq), code: String(refused.code) } }
    }
    throw new AgentError('IMPORT_REFUSED', { seq: '–', reason: String(code ?? status), recorded: 0 })
  } catch (cause) {
    if (cause instanceof AgentError) throw cause
    throw new AgentError('IMPORT_UNREACHABLE', { url: node, why: `an answer of another kind, ${status}` }, { cause })
  }
}

function post(node: string, body: Uint8Array, ca: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(new AgentError('IMPORT_UNREACHABLE', { url: node, why: whyOf(cause) }, { cause }))
    try {
      const url = new URL('/v1/parcels', node)
      const headers = { 'Content-Type': 'application/cbor', 'Content-Length': body.length }
      const options = { method: 'POST', headers, timeout: TIMEOUT_MS }
      const request =
        url.protocol === 'https:'
          ? tlsRequest(url, { ...options, ...(ca !== undefined && { ca: readFileSync(ca) }) })
          : plainRequest(url, options)
      request.on('timeout', () => request.destroy(new Error('no answer in time')))
      request.on('error', failed)
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (text.length > ANSWER_BYTES) request.destroy(new Error('an answer without end'))
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        response.on('error', failed)
      })
      request.end(body)
    } catch (cause) {
      failed(cause)
    }
  })
}
