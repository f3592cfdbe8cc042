import type { HashWords } from '@tristamp/protocol'

// SHA-256 (FIPS 180-4) of four short messages at a time, in the four lanes of a vector: a WebAssembly module that is written here,
// instruction by instruction. For inputs as short as a tree's nodes a call of the platform's SHA-256 costs more than the hash.

/** The few of WebAssembly that Node has and its types lack. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { [name: string]: unknown } }
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer }
}

const LANES = 4
/** Words of the two blocks that each message takes. */
const WORDS = 32
const HASH_WORDS = 8
/** Messages hashed by one call. */
const CHUNK = 1024

// The memory: the constants, each four times; the messages, word by word, four messages side by side; their hashes likewise.
const VECTOR = 16
const ROUNDS = 64
const MESSAGES = ROUNDS * VECTOR
const HASHES = MESSAGES + CHUNK * WORDS * 4
const PAGE = 65_536
const PAGES = Math.ceil((HASHES + CHUNK * HASH_WORDS * 4) / PAGE)

/** Of the first primes: the fractions of the square roots (`power` 1/2) or cube roots (1/3), 32 bits of each. */
function fractions(count: number, power: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
  return primes.map((p) => {
    // Exact: the root of p · 2^(32 / power), rounded down, of which the fraction is the last 32 bits.
    const degree = Math.round(1 / power)
    const target = BigInt(p) << BigInt(32 * degree)
    let root = BigInt(Math.floor(p ** power * 2 ** 32))
    while (root ** BigInt(degree) > target) root--
    while ((root + 1n) ** BigInt(degree) <= target) root++
    return Number(BigInt.asIntN(32, root))
  })
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const [low, rest] = [value & 127, value >> 7]
  const ends = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
  return ends ? [low] : [low | 128, ...signed(rest)]
}

const get = (local: number): number[] => [0x20, ...unsigned(local)]
const set = (local: number): number[] => [0x21, ...unsigned(local)]
const constant = (value: number): number[] => [0x41, ...signed(value)]
/** An instruction on vectors, behind its operands. */
const vector = (opcode: number, ...operands: number[][]): number[] => [...operands.flat(), 0xfd, ...unsigned(opcode)]
const load = (address: number[], offset: number): number[] => [...vector(0x00, address), 4, ...unsigned(offset)]
const store = (address: number[], offset: number, value: number[]): number[] => [
  ...vector(0x0b, address, value),
  4,
  ...unsigned(offset),
]
const splat = (value: number): number[] => vector(0x11, constant(value))
const and = (a: number[], b: number[]): number[] => vector(0x4e, a, b)
const or = (a: number[], b: number[]): number[] => vector(0x50, a, b)
const xor = (...values: number[][]): number[] => values.reduce((a, b) => vector(0x51, a, b))
const add = (...values: number[][]): number[] => values.reduce((a, b) => vector(0xae, a, b))
const left = (a: number[], bits: number): number[] => vector(0xab, a, constant(bits))
const right = (a: number[], bits: number): number[] => vector(0xad, a, constant(bits))
const rotated = (a: number[], bits: number): number[] => or(right(a, bits), left(a, 32 - bits))

/** Names of the locals; the first is the parameter. */
const GROUPS = 0
const IN = 1
const OUT = 2
const BLOCK = 3
const STATE = 4
const BEFORE = STATE + HASH_WORDS
const WORD = BEFORE + HASH_WORDS
const SUM = WORD + 16

/** One round. The state's locals change names instead of places: a is the local that was h. */
function round(t: number): number[] {
  const [a, b, c, d, e, f, g, h] = Array.from({ length: HASH_WORDS }, (_, i) => STATE + ((i - t + ROUNDS) & 7)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const w = (i: number): number => WORD + (i & 15)
  const s0 = get(w(t + 1))
  const s1 = get(w(t + 14))
  const schedule =
    t < 16
      ? [...load(get(IN), MESSAGES + t * VECTOR), ...set(w(t))]
      : [
          ...add(
            get(w(t)),
            xor(rotated(s0, 7), rotated(s0, 18), right(s0, 3)),
            get(w(t + 9)),
            xor(rotated(s1, 17), rotated(s1, 19), right(s1, 10)),
          ),
          ...set(w(t)),
        ]
  const sum1 = xor(rotated(get(e), 6), rotated(get(e), 11), rotated(get(e), 25))
  const choice = xor(get(g), and(get(e), xor(get(f), get(g))))
  const sum0 = xor(rotated(get(a), 2), rotated(get(a), 13), rotated(get(a), 22))
  const majority = xor(and(xor(get(a), get(b)), xor(get(b), get(c))), get(b))
  return [
    ...schedule,
    ...add(get(h), sum1, choice, load(constant(0), t * VECTOR), get(w(t))),
    ...set(SUM),
    ...add(get(d), get(SUM)),
    ...set(d),
    ...add(get(SUM), sum0, majority),
    ...set(h),
  ]
}

/** Adds to an i32 local. */
const advance = (local: number, by: number): number[] => [...get(local), ...constant(by), 0x6a, ...set(local)]
/** Runs again while the i32 local, counted down by one, is not 0. */
const repeat = (local: number, body: number[]): number[] => [
  ...[0x03, 0x40, ...body],
  ...[...advance(local, -1), ...get(local), 0x0d, 0, 0x0b],
]

/** `(groups: i32) → ()`: hashes groups of four messages. */
function hashGroups(): number[] {
  const states = Array.from({ length: HASH_WORDS }, (_, i) => i)
  const block = [
    ...states.flatMap((i) => [...get(STATE + i), ...set(BEFORE + i)]),
    ...Array.from({ length: ROUNDS }, (_, t) => round(t)).flat(),
    ...states.flatMap((i) => [...add(get(STATE + i), get(BEFORE + i)), ...set(STATE + i)]),
    ...advance(IN, 16 * VECTOR),
  ]
  const group = [
    ...fractions(HASH_WORDS, 1 / 2).flatMap((h, i) => [...splat(h), ...set(STATE + i)]),
    ...[...constant(2), ...set(BLOCK), ...repeat(BLOCK, block)],
    ...states.flatMap((i) => store(get(OUT), HASHES + i * VECTOR, get(STATE + i))),
    ...advance(OUT, HASH_WORDS * VECTOR),
  ]
  return repeat(GROUPS, group)
}

function moduleBytes(): Uint8Array {
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content]
  const name = (text: string): number[] => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))]
  const locals = [2, ...[3, 0x7f], ...[SUM - STATE + 1, 0x7b]]
  const body = [...locals, ...hashGroups(), 0x0b]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]),
    ...section(2, [1, ...name('m'), ...name('m'), 2, 0, PAGES]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('hash'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}

/** Makes the module ready; of a platform without vectors in WebAssembly it throws. */
export function hashWordsInLanes(): HashWords {
  const memory = new WebAssembly.Memory({ initial: PAGES })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { m: { m: memory } })
  const hash = exports['hash'] as (groups: number) => void
  fractions(ROUNDS, 1 / 3).forEach((k, t) => {
    new Int32Array(memory.buffer, t * VECTOR, LANES).fill(k)
  })
  const messages = new Int32Array(memory.buffer, MESSAGES, CHUNK * WORDS)
  const hashes = new Uint32Array(memory.buffer, HASHES, CHUNK * HASH_WORDS)
  let padded = 0
  return ({ prefix, words, from, at, to, put, begin, end }) => {
    if (padded !== words) messages.fill(0)
    padded = words
    for (let first = begin; first < end; first += CHUNK) {
      const count = Math.min(CHUNK, end - first)
      for (let i = 0; i < count; i++) {
        let into = (i >> 2) * (WORDS * LANES) + (i & 3)
        let carry = prefix << 24
        // The prefix moves every byte on by one.
        for (let source = at[first + i]! * words, last = source + words; source < last; source++, into += LANES) {
          const word = from[source]!
          messages[into] = carry | (word >>> 8)
          carry = word << 24
        }
        messages[into] = carry | 0x80_0000
        messages[(i >> 2) * (WORDS * LANES) + (i & 3) + (WORDS - 1) * LANES] = 8 + 32 * words
      }
      hash(Math.ceil(count / LANES))
      for (let i = 0; i < count; i++) {
        let source = (i >> 2) * (HASH_WORDS * LANES) + (i & 3)
        const into = put[first + i]! * HASH_WORDS
        for (let w = 0; w < HASH_WORDS; w++, source += LANES) to[into + w] = hashes[source]!
      }
    }
  }
}
