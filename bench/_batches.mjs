// All events that a ledger has recorded, as JSON.

/** Reads the answers of `/v1/batches`: a CBOR sequence of `[* [salt: bytes, event: bytes]]`, one item for each entry. */
export async function* recordedEvents(url) {
  const note = await (await fetch(`${url}/checkpoint`)).text()
  const size = Number(note.split('\n')[1])
  for (let from = 0; from < size; ) {
    const bytes = Buffer.from(await (await fetch(`${url}/v1/batches?from=${from}&to=${size}`)).arrayBuffer())
    const reader = { bytes, at: 0 }
    if (bytes.length === 0) throw new Error('no batches')
    for (; reader.at < bytes.length; from++) {
      const events = head(reader)
      for (let i = 0; i < events; i++) {
        head(reader)
        take(reader)
        yield JSON.parse(take(reader).toString('utf8'))
      }
    }
  }
}

/** The length of an array or of a byte string (RFC 8949 §3). */
function head(reader) {
  const info = reader.bytes[reader.at++] & 0x1f
  if (info < 24) return info
  const width = 2 ** (info - 24)
  reader.at += width
  return reader.bytes.readUIntBE(reader.at - width, width)
}

function take(reader) {
  const length = head(reader)
  reader.at += length
  return reader.bytes.subarray(reader.at - length, reader.at)
}
