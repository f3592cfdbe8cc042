// Two signed states of a ledger that do not fit together, as a file for others: proof where the ledger's own tiles give it.
import { type FetchTile, forkEvidence, nodesFromTiles, parseCheckpoint, parseNote } from '@tristamp/protocol'

/** The text of a `.tristamp-fork` file; undefined when the one state turns out to continue the other. */
export async function evidenceOf(
  { before, now }: { before: string; now: string },
  fetchTile: FetchTile,
): Promise<string | undefined> {
  const sizes = [before, now].map((note) => parseCheckpoint(parseNote(note).text).size)
  return forkEvidence(before, now, nodesFromTiles(Math.max(...sizes), fetchTile))
}
