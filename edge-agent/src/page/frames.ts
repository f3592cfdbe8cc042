import { setImmediate } from 'node:timers/promises'
import { qrFrames, toBase64Url } from '@tristamp/protocol'
import { AgentError } from '../error.ts'
import type { EvidenceFiles } from '../evidence-files.ts'
import { type BatchSource, parcelsOf } from '../export.ts'
import type { Signer } from '../signer.ts'

/** One parcel of the outbox as QR codes. */
export interface Carry {
  /** Number of the first batch in it, of the one after the last, and of the one after the last of all. */
  from: number
  to: number
  end: number
  bytes: number
  /** Modules along a side. */
  size: number
  /** Each frame's modules by row, dark = 1, eight to a byte from the highest bit on, base64url. */
  frames: string[]
}

/** Some twenty seconds of filming at eight frames a second: whoever has more shows the next parcel after it. */
const FULL_BYTES = 50_000

/** Shows the queue as QR frames (docs/spec/parcel.md#frames). Nothing is deleted by it: that is for the ledger's ack to do. */
export class Carrier {
  readonly #outbox: BatchSource
  readonly #evidence: Pick<EvidenceFiles, 'read'>
  readonly #signer: Signer
  #last: Carry | undefined
  #making: Promise<unknown> = Promise.resolve()

  constructor(outbox: BatchSource, evidence: Pick<EvidenceFiles, 'read'>, signer: Signer) {
    this.#outbox = outbox
    this.#evidence = evidence
    this.#signer = signer
  }

  /** The parcel that begins with a batch, or with the first that is not acknowledged. One at a time. @throws AgentError EXPORT_EMPTY */
  carry(from: number): Promise<Carry> {
    const made = this.#making.then(() => this.#carry(Math.max(from, this.#outbox.acked)))
    this.#making = made.catch(() => undefined)
    return made
  }

  async #carry(from: number): Promise<Carry> {
    const outbox = this.#outbox
    const end = outbox.nextSeq
    if (from >= end) throw new AgentError('EXPORT_EMPTY', { path: 'outbox' })
    if (this.#last?.from === from && this.#last.end === end) return this.#last
    let to = from
    const batch = (seq: number): Promise<Uint8Array> => {
      to = seq + 1
      return outbox.batch(seq)
    }
    const rest = { acked: from, nextSeq: end, batch }
    for await (const parcel of parcelsOf(rest, this.#evidence, this.#signer, FULL_BYTES)) {
      this.#last = { from, to, end, bytes: parcel.length, ...(await drawn(qrFrames(parcel))) }
      return this.#last
    }
    throw new AgentError('EXPORT_EMPTY', { path: 'outbox' })
  }
}

/** All in the smallest version that holds each of them, so that the picture does not jump. Readings go on between two frames. */
async function drawn(texts: readonly string[]): Promise<Pick<Carry, 'size' | 'frames'>> {
  // Only whoever carries records needs it.
  const { default: QRCode } = await import('qrcode')
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a))
  const { version } = QRCode.create(longest, { errorCorrectionLevel: 'M' })
  const frames: string[] = []
  let size = 0
  for (const text of texts) {
    const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M', version })
    size = modules.size
    frames.push(toBase64Url(packBits(modules.data)))
    await setImmediate()
  }
  return { size, frames }
}

function packBits(modules: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(modules.length / 8))
  for (const [i, module] of modules.entries()) if (module) bytes[i >> 3]! |= 0x80 >> (i & 7)
  return bytes
}
