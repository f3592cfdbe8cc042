import { LedgerError } from './error.ts'
import type { EntryPlace, FeedPlace, LocalFeed } from './feed.ts'
import { frameSize } from './frame.ts'
import type { Place, SegmentSeries } from './segment.ts'

/**
 * Looks whether the segment files are as long as the derived data name them, from the last one back to the first. A replay reads on
 * from where the derived data end, so it would take a lost file before it for nothing. @throws LedgerError SEGMENT_CORRUPT
 */
export async function checkSegments(
  feed: LocalFeed,
  next: FeedPlace,
  placeOf: (entry: number) => Promise<EntryPlace>,
): Promise<void> {
  await checkSeries(feed.entries, next.entries, async (record) => {
    const { entry, length } = await placeOf(record)
    return behind(entry, [length])
  })
  await checkSeries(feed.bodies, next.bodies, async (record) => {
    const { bodies, lengths } = await entryWith(record, next.entries.index, placeOf)
    return behind(bodies, lengths)
  })
}

/** @param endOf where the records that were written with this one end, in its file */
async function checkSeries(
  series: SegmentSeries,
  next: Place,
  endOf: (record: number) => Promise<Omit<Place, 'index'>>,
): Promise<void> {
  let { file, offset } = next
  while (offset > 0) {
    const size = await series.size(file)
    if (size === undefined || size < offset) {
      const held = size === undefined ? 'is missing' : `has ${size} bytes`
      throw new LedgerError('SEGMENT_CORRUPT', `${series.path(file)} ${held}; ${offset} bytes were written to it`)
    }
    if (file === 0) return
    ;({ file, offset } = await endOf(file - 1))
  }
}

function behind({ file, offset }: Place, lengths: readonly number[]): Omit<Place, 'index'> {
  return { file, offset: lengths.reduce((sum, length) => sum + frameSize(length), offset) }
}

/** The entry that an event belongs to, of `entries`. */
async function entryWith(
  event: number,
  entries: number,
  placeOf: (entry: number) => Promise<EntryPlace>,
): Promise<EntryPlace> {
  let [low, high] = [0, entries - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    const { bodies, lengths } = await placeOf(middle)
    if (bodies.index + lengths.length > event) high = middle
    else low = middle + 1
  }
  return placeOf(low)
}
