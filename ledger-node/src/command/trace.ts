import { DONE, flag, parse, print, required, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { fetchFrom } from '../peer.ts'
import type { LinkView, NodeView } from '../trace/trace-answer.ts'
import { langOf } from '../verify-file/words.ts'
import { linesOf, type Traced } from './trace-words.ts'

/** A page of 5,000 nodes and links. */
const PAGE_BYTES = 8 * 1024 * 1024
const LIMIT = 5000
/** As many as a node answers for at all. */
const MAX_PAGES = 1000

/** `tristamp-ledger trace`: where something comes from and where it went, as a tree in which each line names the entry that proves it. */
export async function trace(args: string[]): Promise<number> {
  const flags = { node: text, depth: text, from: text, to: text, back: flag, forward: flag, json: flag } as const
  const { values, positionals } = parse(args, flags, true)
  const [subject, ...more] = positionals
  if (subject === undefined || more.length > 0) throw new UsageError('expected one subject: a URI')
  const node = required(values.node, 'node').replace(/\/+$/, '')
  const { back = false, forward = false } = values
  const direction = back === forward ? 'both' : back ? 'back' : 'forward'
  const query = new URLSearchParams({ subject, direction, limit: String(LIMIT) })
  for (const name of ['depth', 'from', 'to'] as const) if (values[name] !== undefined) query.set(name, values[name])
  const traced = await everyPage(`${node}/v1/trace?${query}`)
  if (values.json === true) print(JSON.stringify({ ...traced, direction }, undefined, 2))
  else for (const line of linesOf(traced, direction, langOf(process.env))) print(line)
  return DONE
}

interface Page extends Traced {
  cursor?: string
}

async function everyPage(url: string): Promise<Traced> {
  const nodes: NodeView[] = []
  const links: LinkView[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const bytes = await fetchFrom(
      cursor === undefined ? url : `${url}&cursor=${encodeURIComponent(cursor)}`,
      PAGE_BYTES,
    )
    const page = pageOf(bytes, url)
    nodes.push(...page.nodes)
    links.push(...page.links)
    cursor = page.cursor
    if (cursor !== undefined) continue
    const { treeSize, subject, incomplete } = page
    return { treeSize, subject, nodes, links, ...(incomplete !== undefined && { incomplete }) }
  }
  throw new LedgerError('PEER_REFUSED', `${url}: pages without end`)
}

function pageOf(bytes: Uint8Array, url: string): Page {
  try {
    const page = JSON.parse(Buffer.from(bytes).toString('utf8')) as Page
    if (Array.isArray(page.nodes) && Array.isArray(page.links) && Number.isSafeInteger(page.treeSize)) return page
  } catch {
    // Whatever it is, it is no answer.
  }
  throw new LedgerError('PEER_REFUSED', `${url}: not an answer of a ledger node`)
}
