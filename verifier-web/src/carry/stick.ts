import { PARCEL_BYTES, ParcelReader } from '@tristamp/protocol'

/** Chunks of a size that a phone holds beside a parcel. */
const CHUNK_BYTES = 1_048_576

/** The parcels of a file that `tristamp-agent export` made, one after the other. @throws ProtocolError PARCEL_MALFORMED, PARCEL_SIZE; DOMException when it cannot be read */
export async function* parcelsIn(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = new ParcelReader()
  const step = Math.min(CHUNK_BYTES, PARCEL_BYTES)
  for (let at = 0; at < file.size; at += step)
    yield* reader.push(new Uint8Array(await file.slice(at, at + step).arrayBuffer()))
  reader.end()
}
