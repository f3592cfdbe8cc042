import { type AdmissionState, applyChanges, type Change, draftOf, type KeyState } from './admission-state.ts'
import { eventLeaf, type SaltedEvent } from './batch.ts'
import { equal, toHex } from './bytes.ts'
import type { IsSigned } from './contradiction.ts'
import type { VerifySync } from './ed25519.ts'
import { assertEnrollableKey } from './ed25519-curve.ts'
import { type ProtocolCode, ProtocolError } from './error.ts'
import { parseGovernanceEvent } from './event/governance-event.ts'
import { parseBatchEvent } from './event/parse.ts'
import { parseRecordedEvent, type RecordedEvent } from './event/recorded-event.ts'
import { found } from './genesis.ts'
import { approve } from './governance.ts'
import { keyUri } from './key.ts'
import type { EventBrief, ExaminedBatch, KnownBatch } from './known-batch.ts'
import { LIMITS } from './limits.ts'
import { treeRoot } from './merkle-tree.ts'
import { checkRole, signerOf } from './signer.ts'
import { parseStatement, type Statement, statementLeaf } from './statement.ts'
import { subjectsOf } from './subject.ts'

/** An event that the ledger takes, parsed once, with what the indexes and the history map need of it. */
export interface AdmittedEvent {
  position: number
  salt: Uint8Array
  bytes: Uint8Array
  leaf: Uint8Array
  /** Only the brief where the batch was known. */
  value: RecordedEvent | EventBrief
  /** None where the batch was known without them. */
  subjects: readonly string[]
  /** False for governance that waits for more administrators. */
  effective: boolean
}

/** The ledger's answer to a statement. `expected`: where the key's chain stands, for a gateway to go on from. */
export type Admission =
  | { ok: true; statement: Statement; signer: KeyState; events: AdmittedEvent[]; changes: Change[] }
  | {
      ok: false
      code: ProtocolCode
      message: string
      statement?: Statement
      expected?: { seq: number; prev: Uint8Array }
    }

/**
 * The one rule of what enters the ledger (docs/spec/admission.md). Leader, follower and auditor call it, and its answer
 * depends on nothing but the earlier entries: no clock, no order of arrival, no configuration. It changes nothing itself:
 * whoever commits the entry applies `changes`.
 * @param known what `examineBatch` found out about exactly this statement and these events, to save finding it out again
 */
export function admit(
  state: AdmissionState,
  statement: Uint8Array,
  events: readonly SaltedEvent[],
  verify: VerifySync,
  known?: KnownBatch,
): Admission {
  let parsed: Statement | undefined
  let signer: KeyState | undefined
  try {
    parsed = parseStatement(statement)
    const founding = state.genesis === undefined ? foundingChanges(events) : undefined
    // Batches change nothing but their signer's own chain, so only governance pays for a copy.
    const draft = founding !== undefined || parsed.header.kind === 'governance' ? draftOf(state) : state
    applyChanges(draft, founding ?? [])
    signer = signerOf(draft, parsed)
    if (founding !== undefined && signer.kind !== 'administrator')
      refuse('ROLE', 'a genesis is signed by one of its administrators')
    if (!verify(signer.publicKey, parsed.signed, parsed.signature))
      refuse('SIGNATURE', 'the signature does not fit the key')
    const { header } = parsed
    if (header.seq > LIMITS.lastSeq) refuse('SEQ_EXPECTED', `no chain has a number above ${LIMITS.lastSeq}`)
    const leaps = header.kind === 'batch' && header.seq > signer.nextSeq
    // Whether a gateway may leave numbers out depends on what it says of them, which is read first.
    if (!leaps) checkChain(parsed, signer, founding === undefined && header.kind === 'governance' ? LIMITS.seqGap : 0)
    const batch: KnownBatch | ReadBatch =
      known ?? (leaps ? readLeap(parsed, signer, events) : readBatch(parsed, events))
    const { leaves, events: values, subjects } = batch
    checkGap(parsed, signer, values)
    const effects = founding === undefined ? effectsOf(draft, values, { signer, iat: header.iat, verify }) : undefined
    const admitted = values.map((value, position): AdmittedEvent => {
      const { salt, event: bytes } = events[position]!
      const effective = effects?.[position]?.effective ?? true
      return { position, salt, bytes, leaf: leaves[position]!, value, subjects: subjects?.[position] ?? [], effective }
    })
    const changes = founding ?? effects!.flatMap((effect) => effect.changes)
    return { ok: true, statement: parsed, signer, events: admitted, changes: [...changes, advanced(draft, parsed)] }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return {
      ok: false,
      code: error.code,
      message: error.message,
      ...(parsed && { statement: parsed }),
      ...(signer && { expected: { seq: signer.nextSeq, prev: signer.prev } }),
    }
  }
}

/**
 * The part of admission that depends on no earlier entry, for a gateway's batch: its root and its events. Undefined when `admit` has
 * to look itself, be it to refuse.
 */
export function examineBatch(statement: Statement, events: readonly SaltedEvent[]): ExaminedBatch | undefined {
  if (statement.header.kind !== 'batch') return undefined
  try {
    const leaves = checkBatch(statement, events)
    const values = events.map(({ event }) => parseBatchEvent(event))
    const signer = keyUri(statement.header.kid)
    return { leaves, events: values, subjects: values.map((event) => subjectsOf(event, signer)) }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** The first statement founds the ledger, and does nothing else: its signer is one of the administrators that it names. */
function foundingChanges(events: readonly SaltedEvent[]): Change[] {
  const [first, ...others] = events
  const operation = first && parseGovernanceEvent(first.event).operation
  if (operation?.op !== 'genesis' || others.length > 0)
    refuse('GOVERNANCE_GENESIS', 'a ledger begins with its genesis alone')
  const changes = found(operation)
  checkNewKeys(undefined, changes)
  return changes
}

/** Keys that the ledger did not know must be of prime order. Readers skip this: it costs more than all their other checks. */
function checkNewKeys(state: AdmissionState | undefined, changes: readonly Change[]): void {
  for (const change of changes)
    if (change.set === 'key' && !state?.keys.has(toHex(change.value.kid))) assertEnrollableKey(change.value.publicKey)
}

/** An administrator never signs one number twice: those of refused statements stay left out of its chain, up to `gap` of them. */
function checkChain({ header }: Statement, { nextSeq, prev }: KeyState, gap: number): void {
  if (header.seq < nextSeq) refuse('SEQ_REPEATED', `the chain is past seq ${header.seq}; ${nextSeq} is next`)
  if (header.seq > nextSeq + gap) refuse('SEQ_EXPECTED', `seq ${nextSeq} is next, not ${header.seq}`)
  if (!equal(header.prev, prev)) refuse('PREV_MISMATCH', `prev does not name the statement before seq ${nextSeq}`)
}

/** Whatever is wrong with a batch that leaves numbers out without declaring them, the gateway first of all hears where its chain stands. */
function readLeap(statement: Statement, signer: KeyState, events: readonly SaltedEvent[]): ReadBatch {
  try {
    if (events.length === 1) return readBatch(statement, events)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return refuse('SEQ_EXPECTED', `seq ${signer.nextSeq} is next, not ${statement.header.seq}`)
}

/**
 * A declared loss is exactly what the chain lacks: alone in its statement, from the number that is next up to its own, and hanging on the
 * last statement that is recorded. Nothing else leaves a number out.
 */
function checkGap(
  { header }: Statement,
  { nextSeq, prev }: KeyState,
  events: readonly (RecordedEvent | EventBrief)[],
): void {
  const reports = events.flatMap((event) => (event.type === 'TristampReport' ? [event.report] : []))
  const gap = reports.find((report) => report.kind === 'gap')
  if (gap === undefined && header.seq <= nextSeq) return
  if (header.kind === 'governance') return
  if (gap === undefined || events.length > 1 || gap.from !== nextSeq || gap.to !== header.seq)
    refuse('SEQ_EXPECTED', `seq ${nextSeq} is next; a loss is declared alone, from there up to its own number`)
  if (!equal(header.prev, prev)) refuse('PREV_MISMATCH', `prev does not name the statement before seq ${nextSeq}`)
}

interface ReadBatch {
  leaves: Uint8Array[]
  events: RecordedEvent[]
  subjects: string[][]
}

function readBatch(statement: Statement, batch: readonly SaltedEvent[]): ReadBatch {
  const leaves = checkBatch(statement, batch)
  const events = batch.map(({ event }) => parseRecordedEvent(statement.header.kind, event))
  const signer = keyUri(statement.header.kid)
  return { leaves, events, subjects: events.map((event) => subjectsOf(event, signer)) }
}

function checkBatch({ header, root }: Statement, events: readonly SaltedEvent[]): Uint8Array[] {
  if (events.length === 0 || events.length > LIMITS.batchEvents)
    refuse('BATCH_SIZE', `a batch has 1 to ${LIMITS.batchEvents} events`)
  const leaves = events.map(eventLeaf)
  if (header.count !== events.length || !equal(treeRoot(leaves), root)) {
    refuse('BATCH_ROOT', 'the events are not the ones that were signed')
  }
  return leaves
}

interface Effect {
  changes: Change[]
  effective: boolean
}

const NO_CHANGE: Effect = { changes: [], effective: true }

/** What the events change, one after the other: governance changes the state, goods only need the role for each step. */
function effectsOf(
  draft: AdmissionState,
  events: readonly (RecordedEvent | EventBrief)[],
  { signer, iat, verify }: { signer: KeyState; iat: number; verify: VerifySync },
): Effect[] {
  const isSigned: IsSigned = ({ signed, signature }, publicKey) => verify(publicKey, signed, signature)
  return events.map((event) => {
    if (event.type !== 'TristampGovernance') {
      checkRole(signer, event)
      return NO_CHANGE
    }
    const effect = approve(draft, event.operation, { signer, iat, isSigned })
    checkNewKeys(draft, effect.changes)
    applyChanges(draft, effect.changes)
    return effect
  })
}

/** The signer's chain, one statement further. */
function advanced(draft: AdmissionState, { header, bytes }: Statement): Change {
  const signer = draft.keys.get(toHex(header.kid))!
  return { set: 'key', value: { ...signer, nextSeq: header.seq + 1, prev: statementLeaf(bytes) } }
}

function refuse(code: ProtocolCode, message: string): never {
  throw new ProtocolError(code, message)
}
