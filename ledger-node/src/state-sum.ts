import { sha256, toHex } from '@tristamp/protocol'

const MODULUS = 2n ** 256n

/**
 * A digest of rows in no order, kept up to date row by row: the sum of their hashes. It finds what was changed by accident or by hand, not what
 * somebody changed who computes the sum again.
 */
export class StateSum {
  readonly #hashes = new Map<string, bigint>()
  #sum = 0n

  /** Adds a row, or puts another in place of the one with this key. */
  put(key: Uint8Array, value: Uint8Array): void {
    const id = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(key.length)
    const hash = BigInt(`0x${toHex(sha256(Buffer.concat([length, key, value])))}`)
    this.#sum = (this.#sum - (this.#hashes.get(id) ?? 0n) + hash + MODULUS) % MODULUS
    this.#hashes.set(id, hash)
  }

  /** 32 bytes. */
  digest(): Uint8Array {
    return new Uint8Array(Buffer.from(this.#sum.toString(16).padStart(64, '0'), 'hex'))
  }
}
