import { type Codec, type CodecStats, newStats } from './codec.ts'

export type AsciiMessage =
  | { kind: 'line'; text: string }
  /** Bytes that were no line: anything in it but printable ASCII and {@link SIGNS}, too long, or cut off by silence. */
  | { kind: 'bad'; text: string }

/** A logger's line is a screen's width or two. */
const MAX_LINE = 512
/** Between the bytes of one line there is a millisecond: after so much silence the rest was lost. */
const LINE_CUT_MS = 500

/** What loggers write beyond ASCII, in UTF-8, Latin-1 and GBK. Any other byte with bit 7 set is damage. */
const SIGNS: readonly (readonly [sign: string, bytes: readonly number[]])[] = [
  ['\u2103', [0xe2, 0x84, 0x83]],
  ['\u00b0', [0xc2, 0xb0]],
  ['\u2103', [0xa1, 0xe6]],
  ['\u00b0', [0xb0]],
]

/** Lines of text that end with a delimiter of one byte, or with CR, LF or both. The delimiter is not part of the line. */
export class AsciiLine implements Codec<AsciiMessage> {
  readonly stats: CodecStats = newStats()
  readonly #ends: ReadonlySet<number>
  #bytes: number[] = []
  #spoilt: boolean = false
  #lastMs = 0

  /** `end`: one character, or '' for CR, LF or both. */
  constructor(end: string) {
    this.#ends = new Set(end === '' ? [0x0d, 0x0a] : [end.charCodeAt(0)])
  }

  push(chunk: Uint8Array, nowMs: number): AsciiMessage[] {
    const messages = this.idle(nowMs)
    this.#lastMs = nowMs
    this.stats.bytes += chunk.length
    for (const byte of chunk) {
      if (this.#ends.has(byte)) this.#finish(false, messages)
      else this.#take(byte)
    }
    return messages
  }

  idle(nowMs: number): AsciiMessage[] {
    const messages: AsciiMessage[] = []
    if (this.#bytes.length > 0 && nowMs - this.#lastMs >= LINE_CUT_MS) this.#finish(true, messages)
    return messages
  }

  reset(): void {
    this.#bytes = []
    this.#spoilt = false
  }

  #take(byte: number): void {
    // Line ends around a delimiter of another kind are blanks; a NUL is what an open line gives.
    const blank = byte === 0x0d || byte === 0x0a || byte === 0x09
    if (!blank && (byte < 0x20 || byte === 0x7f)) this.#spoilt = true
    if (this.#bytes.length < MAX_LINE) this.#bytes.push(blank ? 0x20 : byte)
    else this.#spoilt = true
  }

  #finish(cut: boolean, messages: AsciiMessage[]): void {
    const { text, whole } = textOf(this.#bytes)
    const bad = cut || this.#spoilt || !whole
    this.reset()
    if (text === '') return
    if (bad) this.stats.bad++
    else this.stats.good++
    messages.push({ kind: bad ? 'bad' : 'line', text })
  }
}

/** The text, and whether each byte of it is known. */
function textOf(bytes: readonly number[]): { text: string; whole: boolean } {
  let text = ''
  let whole = true
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!
    const [sign, form] = SIGNS.find(([, wanted]) => wanted.every((b, i) => bytes[at + i] === b)) ?? []
    whole &&= byte < 0x80 || sign !== undefined
    text += sign ?? String.fromCharCode(byte)
    at += form?.length ?? 1
  }
  return { text: text.trim(), whole }
}
