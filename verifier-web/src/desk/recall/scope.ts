import { productOf } from '../graph/names.ts'
import { push } from '../graph/picture.ts'
import { digestOf, type GetBytes, getBytes, type Progress, readPages } from './answer-pages.ts'
import { isRecallable } from './draft.ts'

// What a recall can be about: the subject, and what a walk forward from it finds.

/** Something that may be ticked. */
export interface Candidate {
  subject: string
  kind: string
  depth: number
}

export interface Scope {
  /** All that was found, nearest first. */
  candidates: Candidate[]
  /** Nodes and links that there are, and that were not read. */
  more: number
  /** Pages that the answer came in. */
  pages: number
  /** Of the answer's bytes, as the specification has it; absent where the walk was not read to its end, so that nothing smaller is frozen. */
  trace?: { treeSize: number; digest: string }
  /** Which lots an item is of, and what lies in a unit, as far as the walk tells. */
  lotsOf: ReadonlyMap<string, readonly string[]>
  contentsOf: ReadonlyMap<string, readonly string[]>
  /** The answer itself, to keep beside the recall: whoever doubts the digest takes it again. */
  answer: Blob
}

/** The subject, its product, and the lots, items and units found forward, nearest first. @throws AnswerError, and what `get` throws */
export async function readScope(
  subject: string,
  get: GetBytes = getBytes,
  reading: { progress?: Progress; isWanted?: () => boolean } = {},
): Promise<Scope> {
  const found = new Map<string, Candidate>()
  const [lotsOf, contentsOf] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const ids: string[] = []
  const { file, pages, treeSize, unread, isWhole } = await readPages(
    subject,
    get,
    ({ nodes, links }) => {
      for (const { n, id, kind, depth } of nodes) {
        ids[n] = id
        if (rank(kind) >= 0 && isRecallable(id) && !found.has(id)) found.set(id, { subject: id, kind, depth })
      }
      for (const { kind, from, to } of links) {
        if (kind !== 'lot' && kind !== 'contained') continue
        const [child, parent] = [ids[from], ids[to]]
        if (child === undefined || parent === undefined) continue
        if (kind === 'lot') push(lotsOf, child, parent)
        else push(contentsOf, parent, child)
      }
    },
    reading,
  )
  const candidates = [...found.values()].sort((a, b) => a.depth - b.depth || rank(a.kind) - rank(b.kind))
  const product = productOf(subject)
  if (product !== undefined && !found.has(product)) candidates.push({ subject: product, kind: 'product', depth: 0 })
  return {
    candidates,
    more: isWhole ? 0 : Math.max(1, unread),
    ...{ pages, lotsOf, contentsOf, answer: file },
    ...(isWhole && { trace: { treeSize, digest: await digestOf(file) } }),
  }
}

/** Lots before what they consist of: the fewest names say the most. */
function rank(kind: string): number {
  return ['lot', 'product', 'unit', 'item'].indexOf(kind)
}
