import type { Code, CodeFormat, Decode, Frame } from './code.ts'
import { nativeDecode } from './native.ts'

/** Which reader is at work. */
export type Engine = 'native' | 'zxing' | 'qr'

/** The loaders of the readers, as tests can change them. */
export interface Readers {
  native(formats: readonly CodeFormat[]): Promise<Decode | undefined>
  zxing(formats: readonly CodeFormat[]): Promise<Decode>
  small(): Promise<Decode>
}

const READERS: Readers = {
  native: nativeDecode,
  zxing: async (formats) => (await import('./zxing.ts')).zxingDecode(formats),
  small: async () => (await import('./small.ts')).smallDecode,
}

/** A detector that fails as often in a row is there by name only. */
const MOST_FAILURES = 3
/** Looks without a code, some five seconds of them, after which it may be one that the browser's own reader does not know. */
const MOST_EMPTY = 40

/**
 * Reads codes with the best reader that is there: the browser's own if it lists the formats, else zxing, and while that is loading or
 * where it cannot run, a small one for QR codes alone. Never rejects: a picture that cannot be read has no codes.
 */
export class Decoder {
  readonly #formats: readonly CodeFormat[]
  readonly #readers: Readers
  #engine: Engine = 'qr'
  #decode: Decode | undefined
  #failures = 0
  #empty = 0
  /** Helps the browser's own where that sees nothing. */
  #second: Decode | undefined
  #ready: Promise<void>

  constructor(formats: readonly CodeFormat[], readers: Readers = READERS) {
    this.#formats = formats
    this.#readers = readers
    this.#ready = this.#begin()
  }

  get engine(): Engine {
    return this.#engine
  }

  /** Whether there is a reader at all: without one no picture has codes, and that says nothing of the picture. */
  get reads(): boolean {
    return this.#decode !== undefined
  }

  /** Resolves when no better reader is to come: a single picture is worth waiting for it. */
  get ready(): Promise<void> {
    return this.#ready
  }

  async decode(frame: Frame): Promise<Code[]> {
    try {
      const codes = await this.#decode?.(frame)
      this.#failures = 0
      if (codes === undefined || codes.length > 0 || this.#engine !== 'native') return codes ?? []
      if (++this.#empty === MOST_EMPTY) void this.#help()
      return (this.#empty % 2 === 0 && (await this.#second?.(frame))) || []
    } catch {
      // A camera without a picture yet is no failure of the detector.
      if (frame instanceof HTMLVideoElement && frame.videoWidth === 0) return []
      if (this.#engine === 'native' && ++this.#failures >= MOST_FAILURES) this.#ready = this.#withoutNative()
      return []
    }
  }

  /** Reads a picture that will not be seen again: what the browser's own reader misses (white on black, aslant, stacked) the large one may find. */
  async search(frame: Frame): Promise<Code[]> {
    await this.#ready
    const codes = await this.decode(frame)
    if (codes.length > 0 || this.#engine !== 'native') return codes
    await this.#help()
    return this.#second?.(frame).catch(() => []) ?? []
  }

  async #help(): Promise<void> {
    this.#second ??= await this.#readers.zxing(this.#formats).catch(() => undefined)
  }

  async #begin(): Promise<void> {
    const native = await this.#readers.native(this.#formats)
    if (native === undefined) return this.#withoutNative()
    this.#use('native', native)
  }

  async #withoutNative(): Promise<void> {
    this.#engine = 'qr'
    this.#decode = undefined
    let better = false
    const small = this.#readers.small().then((decode) => {
      if (!better) this.#use('qr', decode)
    })
    const large = this.#readers.zxing(this.#formats).then((decode) => {
      better = true
      this.#use('zxing', decode)
    })
    // One of them is enough.
    await Promise.allSettled([small, large])
  }

  #use(engine: Engine, decode: Decode): void {
    this.#engine = engine
    this.#decode = decode
  }
}
