import { FrameCollector, type FrameProgress, ProtocolError } from '@tristamp/protocol'

/** What the camera saw last: nothing of use; a frame; a code that is no frame; a frame of a parcel that is here; one that gave the wrong bytes. */
export type Sight = 'nothing' | 'frame' | 'foreign' | 'known' | 'digest'

/** Gathers frames as they are seen, and gives the bytes of what is whole. */
export class Filming {
  readonly #collector: FrameCollector
  sight: Sight = 'nothing'

  /** @param known ids of parcels that are on this phone */
  constructor(known: Iterable<string>) {
    this.#collector = new FrameCollector(known)
  }

  get sequences(): readonly FrameProgress[] {
    return this.#collector.sequences
  }

  /** What was whole with these codes, if anything. */
  take(texts: readonly string[]): Uint8Array | undefined {
    for (const text of texts) {
      const seen = this.#take(text)
      // One frame among other codes is what is being filmed.
      if (seen !== 'foreign' || this.sight === 'nothing') this.sight = seen
    }
    if (this.#collector.nearest?.missing.length !== 0) return undefined
    try {
      return this.#collector.bytes()
    } catch {
      this.sight = 'digest'
      return undefined
    }
  }

  #take(text: string): Sight {
    try {
      const seen = this.#collector.take(text)
      if (seen === undefined) return 'foreign'
      return seen.news === 'finished' ? 'known' : 'frame'
    } catch (error) {
      if (error instanceof ProtocolError) return 'foreign'
      throw error
    }
  }
}
