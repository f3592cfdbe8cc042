// SHA-256 in JavaScript, for readers: a page hashes before it can wait for an engine, and every kilobyte stands before its verdict.
// Programs on Node install their platform's (`useSha256`).

const BLOCK_BYTES = 64
const LENGTH_BYTES = 8

/** The first 32 bits of the fractional part of a root, from its exact value: a float only says where to look, and decides no constant. */
function fraction(prime: number, root: 2 | 3): number {
  const scaled = BigInt(prime) << BigInt(32 * root)
  let whole = BigInt(Math.floor(prime ** (1 / root) * 2 ** 32)) - 2n
  while ((whole + 1n) ** BigInt(root) <= scaled) whole++
  return Number(BigInt.asIntN(32, whole))
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n)
  return found
}

/** FIPS 180-4 §4.2.2: from the cube roots of the first 64 primes. */
const K: Int32Array = Int32Array.from(primes(64), (p) => fraction(p, 3))
/** FIPS 180-4 §5.3.3: from the square roots of the first 8. */
const START: Int32Array = Int32Array.from(primes(8), (p) => fraction(p, 2))

const state: Int32Array = new Int32Array(8)
const schedule: Int32Array = new Int32Array(64)
const tail: Uint8Array = new Uint8Array(2 * BLOCK_BYTES)

/** SHA-256 (FIPS 180-4) of at most 2^32 bytes: 32 bytes. */
export function sha256InJavaScript(data: Uint8Array): Uint8Array {
  state.set(START)
  const whole = data.length - (data.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(data, at)
  const rest = data.length - whole
  const end = rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES
  tail.fill(0)
  tail.set(data.subarray(whole))
  tail[rest] = 0x80
  const view = new DataView(tail.buffer)
  view.setUint32(end - 8, Math.floor(data.length / 2 ** 29))
  view.setUint32(end - 4, data.length << 3)
  for (let at = 0; at < end; at += BLOCK_BYTES) compress(tail, at)
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) out.setInt32(4 * i, state[i]!)
  return digest
}

/** FIPS 180-4 §6.2.2 for one block. */
function compress(data: Uint8Array, at: number): void {
  const w = schedule
  const k = K
  for (let t = 0, i = at; t < 16; t++, i += 4)
    w[t] = (data[i]! << 24) | (data[i + 1]! << 16) | (data[i + 2]! << 8) | data[i + 3]!
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[t] = (((s1 + w[t - 7]!) | 0) + ((s0 + w[t - 16]!) | 0)) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (((((h + s1) | 0) + ((e & f) ^ (~e & g))) | 0) + ((k[t]! + w[t]!) | 0)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}
