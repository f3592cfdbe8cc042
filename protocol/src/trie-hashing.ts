import { hashWords } from './hash-words.ts'
import { grown, INNER_WORDS, LEAF_WORDS, type Nodes, refOf, STALE, TOP } from './trie-nodes.ts'

/** Prefixes of docs/spec/history-map.md. */
const LEAF = 3
const INNER = 4

/** Hashes whatever is stale, each node once: level by level from the deepest, so that many are hashed in one go. */
export function hashStale(nodes: Nodes): void {
  if ((nodes.children[2 * TOP]! & STALE) === 0) return
  const leaves = new Jobs()
  const inners = new Jobs()
  /** Where each level begins among the inner nodes. */
  const levels: number[] = []
  gather(nodes, 2 * TOP, leaves, inners)
  for (let begin = 0; begin < inners.length; ) {
    levels.push(begin)
    const end = inners.length
    for (; begin < end; begin++) {
      const inner = inners.from[begin]!
      gather(nodes, 2 * inner, leaves, inners)
      gather(nodes, 2 * inner + 1, leaves, inners)
    }
  }
  hash(nodes, LEAF, LEAF_WORDS, nodes.leafWords, leaves, 0, leaves.length)
  let end = inners.length
  for (const begin of levels.reverse()) {
    hash(nodes, INNER, INNER_WORDS, nodes.innerWords, inners, begin, end)
    end = begin
  }
}

/** Notes the child at a place, if its hash is stale. */
function gather({ children }: Nodes, slot: number, leaves: Jobs, inners: Jobs): void {
  const link = children[slot]!
  if ((link & STALE) === 0) return
  children[slot] = link - STALE
  const ref = refOf(link)
  if (ref > 0) inners.push(ref, slot)
  else leaves.push(-ref - 1, slot)
}

function hash(
  { innerWords }: Nodes,
  prefix: number,
  words: number,
  from: Uint32Array,
  jobs: Jobs,
  begin: number,
  end: number,
): void {
  hashWords({ prefix, words, from, at: jobs.from, to: innerWords, put: jobs.to, begin, end })
}

/** Records that are to be hashed, by number, and the places of children where their hashes go. */
class Jobs {
  from = new Int32Array(1024)
  to = new Int32Array(1024)
  length = 0

  push(from: number, to: number): void {
    if (this.length === this.from.length) {
      this.from = grown(this.from)
      this.to = grown(this.to)
    }
    this.from[this.length] = from
    this.to[this.length++] = to
  }
}
