import { utf8 } from './bytes.ts'
import { canonicalJson, type Json, parseCanonicalJson } from './canonical-json.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import type { Sign, VerifySync } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { checkOperation } from './event/governance-event.ts'
import type { Hold, Operation, Recall } from './event/governance-types.ts'
import type { Elements } from './gs1/element.ts'
import { keyThumbprint } from './key.ts'
import { LIMITS } from './limits.ts'
import { isUint } from './shape.ts'
import { productOf, subjectFrom, subjectOfElements } from './subject.ts'

/** What the ledger tells everyone of a recall or a hold (docs/spec/mqtt.md, Notices): its last wording, and that it was lifted or released. */
export interface RecallNotice<O extends Recall | Hold = Recall | Hold> {
  recall: O
  /** Where that wording, or its end, is recorded. */
  entry: number
  treeSize: number
  lifted?: { reason: string }
  /**
   * What the ledger knows, as of `treeSize`, to be the goods meant, or to hold some: items and units that the order does not name itself, in ascending
   * order of their code units, each once, at most `MAX_ALSO`. Absent where it does not say, and where the order has ended.
   */
  also?: readonly string[]
  /** There are more of them than a notice holds. */
  more?: true
}

/** Bytes of a notice with its signature: an operation and what goes around it. */
export const NOTICE_BYTES: number = LIMITS.eventBytes + 4096

/** Goods that a notice tells of beside those that it names: with the longest recall of this protocol's tests it stays within its bytes. */
export const MAX_ALSO = 400
/** A part's identifier with each of its characters escaped is shorter. */
const MAX_ALSO_CHARS = 200
/** Headers, signature, names of members and numbers. */
const AROUND_BYTES = 512

const MEDIA = { recall: 'application/vnd.tristamp.recall', hold: 'application/vnd.tristamp.hold' } as const
const MAX_REASON = 200
const KINDS = ['recall', 'hold'] as const

/** The last part of a notice's topic. */
export function noticeName({ op, id }: Recall | Hold): string {
  return `${op}-${id}`
}

/**
 * A notice with goods that the ledger knows, as many as it holds.
 * @param ranked those that matter most first; what the order names itself, and what is neither an item nor a unit, is left out
 * @param isCut there are more than these
 */
export function withAlso(notice: RecallNotice, ranked: Iterable<string>, isCut: boolean): RecallNotice {
  const { subjects } = notice.recall
  const taken = new Set<string>()
  let room = NOTICE_BYTES - AROUND_BYTES - utf8(canonicalJson(notice.recall as unknown as Json)).length
  let more = isCut
  for (const uri of ranked) {
    if (!isAlso(uri) || taken.has(uri) || subjects.includes(uri)) continue
    room -= uri.length + 2
    more ||= room < 0 || taken.size === MAX_ALSO
    if (room < 0 || taken.size === MAX_ALSO) break
    taken.add(uri)
  }
  return { ...notice, also: [...taken].sort(), ...(more && { more }) }
}

/** How a notice is about goods with one of these names: it names them itself, or the ledger knows that they are meant or hold some. */
export function matchOf({ recall, also = [] }: RecallNotice, names: readonly string[]): 'named' | 'also' | undefined {
  if (names.some((name) => recall.subjects.includes(name))) return 'named'
  return names.some((name) => also.includes(name)) ? 'also' : undefined
}

/** @throws ProtocolError NOTICE_MALFORMED when it is larger than a reader takes */
export function encodeNotice(
  { recall, entry, treeSize, lifted, also, more }: RecallNotice,
  ledgerKey: Uint8Array,
  sign: Sign,
): Uint8Array {
  const protectedBytes = encodeCbor(
    new Map<number, unknown>([
      [1, -8],
      [3, MEDIA[recall.op]],
      [4, keyThumbprint(ledgerKey)],
    ]),
  )
  const text = canonicalJson(recall as unknown as Json)
  const payload = encodeCbor({
    [recall.op]: text,
    entry,
    treeSize,
    ...(lifted && { lifted: { reason: lifted.reason } }),
    ...(also && !lifted && { also: [...also], ...(more && { more }) }),
  })
  const bytes = encodeSign1(protectedBytes, payload, sign(sigStructure(protectedBytes, payload)))
  if (bytes.length > NOTICE_BYTES) malformed('too large')
  return bytes
}

/**
 * Reads a notice and checks that this ledger signed it. Members that are not described here are left out: a newer ledger may say more.
 * @throws ProtocolError NOTICE_MALFORMED, SIGNATURE
 */
export function openNotice(bytes: Uint8Array, ledgerKey: Uint8Array, verify: VerifySync): RecallNotice {
  const { sign1, payload } = decode(bytes)
  const op = KINDS.find((one) => MEDIA[one] === sign1.header.get(3))
  if (sign1.header.get(1) !== -8 || op === undefined) return malformed('another header')
  if (!verify(ledgerKey, sigStructure(sign1.protectedBytes, sign1.payload), sign1.signature))
    throw new ProtocolError('SIGNATURE', 'the notice is not signed by the ledger that this gateway is told of')
  const fields: ReadonlyMap<unknown, unknown> = payload instanceof Map ? payload : malformed('payload')
  const members = [op, 'entry', 'treeSize', 'lifted', 'also', 'more'].map((name) => fields.get(name))
  const [text, entry, treeSize, lifted, also, more] = members
  if (!isUint(entry) || !isUint(treeSize)) return malformed('entry')
  const notice = { recall: orderOf(op, text), entry, treeSize }
  if (lifted !== undefined) return { ...notice, lifted: { reason: reasonOf(lifted) } }
  if (also === undefined) return notice
  if (more !== undefined && more !== true) return malformed('more')
  return { ...notice, also: alsoOf(also), ...(more && { more }) }
}

/** Under which names the goods on a label can be called back: what they are, their lot and their product. Empty where it names none. */
export function namesOnLabel(elements: Elements): string[] {
  const names = new Set<string>()
  const [gtin, lot] = [elements.get('01'), elements.get('10')]
  try {
    const own = subjectOfElements(elements)
    names.add(own)
    const product = productOf(own)
    if (product !== undefined) names.add(product)
    if (gtin !== undefined && lot !== undefined)
      names.add(
        subjectOfElements(
          new Map([
            ['01', gtin],
            ['10', lot],
          ]),
        ),
      )
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return [...names]
}

function decode(bytes: Uint8Array): { sign1: ReturnType<typeof decodeSign1>; payload: unknown } {
  try {
    const sign1 = decodeSign1(bytes, NOTICE_BYTES)
    return { sign1, payload: decodeCbor(sign1.payload, { maxBytes: NOTICE_BYTES, maxDepth: 3 }) }
  } catch (cause) {
    throw new ProtocolError('NOTICE_MALFORMED', 'not a notice', { cause })
  }
}

function orderOf(op: 'recall' | 'hold', text: unknown): Recall | Hold {
  if (typeof text !== 'string') return malformed(op)
  try {
    const operation = checkOperation(parseCanonicalJson(utf8(text), { maxBytes: LIMITS.eventBytes }))
    return isOneOf(op, operation) ? operation : malformed(op)
  } catch (cause) {
    throw new ProtocolError('NOTICE_MALFORMED', `not a ${op} of this protocol`, { cause })
  }
}

function isOneOf(op: 'recall' | 'hold', operation: Operation): operation is Recall | Hold {
  return operation.op === op
}

function reasonOf(lifted: unknown): string {
  const reason: unknown = lifted instanceof Map ? lifted.get('reason') : undefined
  return typeof reason === 'string' && reason.length <= MAX_REASON ? reason : malformed('lifted')
}

function alsoOf(also: unknown): string[] {
  if (!Array.isArray(also) || also.length > MAX_ALSO) return malformed('also')
  const uris: unknown[] = also
  return uris.map((uri, i) => {
    const before = uris[i - 1]
    if (!isAlso(uri) || (typeof before === 'string' && before >= uri)) return malformed('also')
    return uri
  })
}

/** An item or a unit in its one spelling: never a place, a truck or a party. */
function isAlso(uri: unknown): uri is string {
  if (typeof uri !== 'string' || uri.length > MAX_ALSO_CHARS) return false
  const subject = subjectFrom(uri)
  return subject.uri === uri && (subject.kind === 'item' || subject.kind === 'unit')
}

function malformed(what: string): never {
  throw new ProtocolError('NOTICE_MALFORMED', `not a notice of this protocol: ${what}`)
}
