import { cpuMs } from './_cpu-time.ts'
import { randomFrom, seedFrom } from './_harness/random.ts'

/** Processor time that no input needs: beyond it, it is a hang. */
const DEADLINE_MS = 2000
/** Most bytes that a mutation makes of an input. */
const MAX_BYTES = 200_000

type Random = () => number

/**
 * One run of mutations, the same ones each time, of which a slow machine only tries fewer. TRISTAMP_FUZZ_SEED=new tries others, a number
 * repeats them; TRISTAMP_FUZZ_MS gives each parser more time than a test run has.
 */
export const FUZZ_SEED: number = seedFrom('TRISTAMP_FUZZ_SEED')
const EACH_MS = Number(process.env['TRISTAMP_FUZZ_MS'] ?? 100)

/** What a parser is fed with, and what it may throw. */
export interface Target {
  /** Well-formed inputs: what mutations begin with. */
  samples: readonly Uint8Array[]
  parse: (bytes: Uint8Array) => unknown
  /** Whether an error is one that this parser is documented to throw. */
  isOurs: (error: unknown) => boolean
  /** Of the usual time: talking to a socket takes longer than a call. */
  times?: number
}

/**
 * Feeds mutated samples to a parser for a while. It must take each at once, or refuse it with an error of ours.
 * @returns how many inputs it was fed
 */
export async function fuzz({ samples, parse, isOurs, times = 1 }: Target): Promise<number> {
  const random = randomFrom(FUZZ_SEED)
  const end = performance.now() + EACH_MS * times
  let count = 0
  for (; performance.now() < end || count < 20; count++) {
    const input = count < samples.length ? samples[count]! : mutated(samples, random)
    const begin = cpuMs()
    try {
      await parse(input)
    } catch (error) {
      if (!isOurs(error)) throw new Error(describe(input, count, 'a foreign error'), { cause: error })
    }
    const took = cpuMs() - begin
    if (took > DEADLINE_MS) throw new Error(describe(input, count, `${Math.round(took)} ms`))
  }
  return count
}

/** UTF-8, with whatever is none replaced by lone surrogates: what a program may have in a string. */
export function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll('\ufffd', '\ud800')
}

function describe(input: Uint8Array, count: number, what: string): string {
  const hex = Buffer.from(input).toString('hex')
  return `${what} at input ${count} of seed ${FUZZ_SEED}: ${hex.length > 4000 ? `${hex.slice(0, 4000)}… (${input.length} bytes)` : hex}`
}

const INTERESTING = [
  0x00, 0x01, 0x0a, 0x0d, 0x1d, 0x20, 0x22, 0x2f, 0x30, 0x39, 0x5b, 0x7b, 0x7f, 0x80, 0x9f, 0xbf, 0xd2, 0xdb, 0xf9,
  0xfb, 0xff,
]
const NESTING = [[0x81], [0xa1, 0x00], [0xd8, 0x20], [0x9f], [0x5b], [0x7b, 0x22, 0x61, 0x22, 0x3a]]

/** One to eight changes to one of the samples. */
export function mutated(samples: readonly Uint8Array[], random: Random): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n)
  let bytes: Uint8Array = samples[below(samples.length)]!.slice()
  for (let changes = 1 + below(8); changes > 0; changes--) bytes = change(bytes, samples, below)
  return bytes.subarray(0, MAX_BYTES)
}

function change(bytes: Uint8Array, samples: readonly Uint8Array[], below: (n: number) => number): Uint8Array {
  const at = below(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + below(below(4) === 0 ? bytes.length + 1 : 16))
  const [before, range, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
  switch (below(9)) {
    case 0:
      return joined(
        before,
        range.map((b, i) => (i === 0 ? b ^ (1 << below(8)) : b)),
        after,
      )
    case 1:
      return joined(
        before,
        range.map((b, i) => (i === 0 ? INTERESTING[below(INTERESTING.length)]! : b)),
        after,
      )
    case 2:
      return joined(
        before,
        range.map(() => below(256)),
        after,
      )
    case 3:
      return joined(before, after)
    case 4:
      return joined(before, range, range, after)
    case 5:
      return before
    case 6: {
      const other = samples[below(samples.length)]!
      const from = below(other.length + 1)
      return joined(before, other.subarray(from, from + 1 + below(64)), after)
    }
    case 7: {
      const nest = Uint8Array.from(NESTING[below(NESTING.length)]!)
      return joined(before, ...Array.from({ length: below(2000) }, () => nest), after)
    }
    default:
      return joined(before, ...Array.from({ length: below(100) }, () => range), after)
  }
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}
