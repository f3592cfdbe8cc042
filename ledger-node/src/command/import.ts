import { createReadStream } from 'node:fs'
import { ParcelReader } from '@tristamp/protocol'
import * as v from 'valibot'
import { DONE, FAILED, parse, print, required, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { askPeer, problemIn } from '../peer.ts'

const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ANSWER = v.object({
  recorded: COUNT,
  repeated: COUNT,
  refused: v.optional(v.object({ seq: COUNT, code: v.string(), detail: v.string() })),
})

const OVERTAKEN =
  'it came too late: its gateway has declared it lost since, or another is recorded under its number; the ledger shows the gap. Keep the file, it tells what was lost.'

/** A node that has to flush a few hundred batches may take its time. */
const TIMEOUT_MS = 120_000
const ANSWER_BYTES = 65_536

/** `tristamp-ledger import FILE --node URL`: brings a file of parcels to a running node. Doing it again changes nothing. */
export async function importParcels(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { node: text }, true)
  const node = required(values.node, 'node').replace(/\/+$/, '')
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('give one file')
  const reader = new ParcelReader()
  let parcels = 0
  let failed = false
  for await (const chunk of createReadStream(file)) {
    for (const parcel of reader.push(new Uint8Array(chunk as Buffer))) {
      const { recorded, repeated, refused } = await bring(node, parcel)
      print(`parcel ${++parcels}: ${recorded} recorded, ${repeated} were here before`)
      if (refused === undefined) continue
      failed = true
      print(`${refused.code} batch ${refused.seq}: ${refused.detail}`)
      if (refused.code === 'SEQ_REPEATED') print(OVERTAKEN)
    }
  }
  reader.end()
  return failed ? FAILED : DONE
}

async function bring(node: string, parcel: Uint8Array): Promise<v.InferOutput<typeof ANSWER>> {
  const url = `${node}/v1/parcels`
  const request = { body: parcel, contentType: 'application/cbor', maxBytes: ANSWER_BYTES, timeoutMs: TIMEOUT_MS }
  const { status, bytes } = await askPeer(url, request)
  if (status !== 200) throw new LedgerError('PEER_REFUSED', `${url}: ${status} ${problemIn(bytes)}`.trim())
  try {
    return v.parse(ANSWER, JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new LedgerError('PEER_REFUSED', `${url}: another answer than expected`, { cause })
  }
}
