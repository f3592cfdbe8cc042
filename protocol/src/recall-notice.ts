import { utf8 } from './bytes.ts'
import { canonicalJson, type Json, parseCanonicalJson } from './canonical-json.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import type { Sign, VerifySync } from './ed25519.ts'
import { ProtocolError } from './error.ts'
import { checkOperation } from './event/governance-event.ts'
import type { Hold, Operation, Recall } from './event/governance-types.ts'
import type { Elements } from './gs1/element-string.ts'
import { keyThumbprint } from './key.ts'
import { LIMITS } from './limits.ts'
import { isUint } from './shape.ts'
import { productOf, subjectOfElements } from './subject.ts'

/** What the ledger tells everyone of a recall or a hold (docs/spec/mqtt.md, Notices): its last wording, and that it was lifted or released. */
export interface RecallNotice<O extends Recall | Hold = Recall | Hold> {
  recall: O
  /** Where that wording, or its end, is recorded. */
  entry: number
  treeSize: number
  lifted?: { reason: string }
}

/** Bytes of a notice with its signature: an operation and what goes around it. */
export const NOTICE_BYTES: number = LIMITS.eventBytes + 4096

const MEDIA = { recall: 'application/vnd.tristamp.recall', hold: 'application/vnd.tristamp.hold' } as const
const MAX_REASON = 200
const KINDS = ['recall', 'hold'] as const

/** The last part of a notice's topic. */
export function noticeName({ op, id }: Recall | Hold): string {
  return `${op}-${id}`
}

/** @throws ProtocolError NOTICE_MALFORMED when it is larger than a reader takes */
export function encodeNotice(
  { recall, entry, treeSize, lifted }: RecallNotice,
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
  const [text, entry, treeSize, lifted] = [op, 'entry', 'treeSize', 'lifted'].map((name) => fields.get(name))
  if (!isUint(entry) || !isUint(treeSize)) return malformed('entry')
  const notice = { recall: orderOf(op, text), entry, treeSize }
  return lifted === undefined ? notice : { ...notice, lifted: { reason: reasonOf(lifted) } }
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

function malformed(what: string): never {
  throw new ProtocolError('NOTICE_MALFORMED', `not a notice of this protocol: ${what}`)
}
