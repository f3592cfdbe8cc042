import { sha256, toBase64Url } from '@tristamp/protocol'
import { read } from '../../fetch-history.ts'
import { AnswerError } from '../../own/answer.ts'
import { parseTracePage } from '../graph/trace.ts'

// A walk forward with all of its pages, as bytes and as what they say: what freezes a recall's scope is the digest of the bytes.

export type Page = ReturnType<typeof parseTracePage>

/** Gets bytes as the node sends them: a digest is of them and of nothing else. */
export type GetBytes = (path: string) => Promise<Uint8Array>

const PAGE_BYTES = 16 << 20
/** Nodes and links on a page, the most that a node gives. */
const PAGE = 5000
/** Half a million nodes and links, some 100 MB: a walk over the most nodes that there are, with a link for each. */
const MAX_PAGES = 100

export const getBytes: GetBytes = async (path) => {
  const response = await fetch(path, { redirect: 'error', headers: { Accept: 'application/json' } })
  const bytes = await read(response, PAGE_BYTES)
  if (response.ok) return bytes
  const problem: unknown = parsed(bytes)
  throw Object.assign(new Error(`status ${response.status}`), { code: (problem as { code?: unknown } | null)?.code })
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** How far the reading is: nodes and links. */
export type Progress = (read: number, of: number) => void

export interface Pages {
  /** The bytes of all pages in their order, a line feed between two. */
  file: Blob
  pages: number
  treeSize: number
  /** Nodes and links that there are and that were not read. */
  unread: number
  /** It was read to its end, and the node had found all that there is. */
  isWhole: boolean
}

/**
 * Reads a walk forward page by page, and hands each on. All pages are as of one tree size.
 * @throws AnswerError, and what `get` throws
 */
export async function readPages(
  subject: string,
  get: GetBytes,
  take: (page: Page) => void,
  { progress, isWanted = () => true }: { progress?: Progress; isWanted?: () => boolean } = {},
): Promise<Pages> {
  const query = new URLSearchParams({ subject, direction: 'forward', limit: String(PAGE) })
  const parts: Uint8Array<ArrayBuffer>[] = []
  let [count, treeSize, total, isWhole] = [0, 0, 0, true]
  for (;;) {
    const bytes = await get(`/v1/trace?${query}`)
    const page = parseTracePage(parsed(bytes))
    if (parts.length > 0 && page.treeSize !== treeSize) throw new AnswerError('ANSWER_SHAPE', 'treeSize')
    if (parts.length > 0) parts.push(LINE_FEED)
    parts.push(new Uint8Array(bytes))
    const length = page.nodes.length + page.links.length
    ;[count, treeSize, total] = [count + length, page.treeSize, page.total]
    isWhole &&= page.incomplete.length === 0
    take(page)
    progress?.(count, total)
    const pages = (parts.length + 1) / 2
    // A page without anything would be asked for without end.
    if (page.cursor === undefined || length === 0 || pages >= MAX_PAGES || !isWanted())
      return {
        file: new Blob(parts, { type: 'application/json' }),
        ...{ pages, treeSize, unread: Math.max(0, total - count) },
        isWhole: isWhole && page.cursor === undefined,
      }
    query.set('cursor', page.cursor)
  }
}

const LINE_FEED = new Uint8Array([10])

/** SHA-256 in base64url, as the operation carries it. By the platform where it may: a large answer has a hundred megabytes. */
export async function digestOf(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer()
  const { subtle } = globalThis.crypto
  return toBase64Url(
    subtle === undefined ? sha256(new Uint8Array(bytes)) : new Uint8Array(await subtle.digest('SHA-256', bytes)),
  )
}
