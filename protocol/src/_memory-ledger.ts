import { type AdmissionState, applyChanges, emptyState } from './admission-state.ts'
import { type Admission, admit } from './admit.ts'
import { batchRoot, eventLeaf, type SaltedEvent } from './batch.ts'
import type { Bundle } from './bundle.ts'
import type { BundleSource, EventPlace } from './bundle-builder.ts'
import { toBase64Url, toHex, utf8 } from './bytes.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import { formatCheckpoint } from './checkpoint.ts'
import type { Sign } from './ed25519.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import type { ProtocolCode } from './error.ts'
import type { Operation } from './event/governance-types.ts'
import { parseRecordedEvent } from './event/recorded-event.ts'
import { sha256, ZERO_HASH } from './hash.ts'
import { HistoryMap } from './history-map.ts'
import { joinMapProofs } from './history-multiproof.ts'
import { extended, type HistoryRecord, NO_HISTORY } from './history-record.ts'
import { keyThumbprint, keyUri } from './key.ts'
import { leafHash } from './merkle.ts'
import { type NodeId, treeLevels, treeRoot } from './merkle-tree.ts'
import { proveTogether, togetherIn } from './multiproof.ts'
import { signNote } from './note.ts'
import { type Policy, parsePolicy } from './policy.ts'
import { encodeSeal, sealHash } from './seal.ts'
import { ledgerUri } from './signer.ts'
import { buildStatement, parseStatement, type StatementKind, statementLeaf } from './statement.ts'
import { subjectHash, subjectsOf } from './subject.ts'
import { formatVerifierKey } from './verifier-key.ts'

/** Deterministic seeds, so that a failing test can be run again. */
export function seed(name: string): Uint8Array {
  return sha256(utf8(`test seed ${name}`))
}

/** A key with its chain: signs batches or governance statements one after the other. */
export class TestSigner {
  readonly publicKey: Uint8Array
  readonly kid: Uint8Array
  readonly sign: Sign
  seq = 0
  prev: Uint8Array = ZERO_HASH
  iat = 1_795_000_000
  iss: string
  sub: string

  constructor(name: string, iss?: string, sub = '') {
    this.sign = signOnNoble(seed(name))
    this.publicKey = publicKeyOf(seed(name))
    this.kid = keyThumbprint(this.publicKey)
    this.iss = iss ?? keyUri(this.kid)
    this.sub = sub
  }

  /** The next statement over these events (JSON values), with salts that depend on the place only. */
  statement(kind: StatementKind, values: readonly Json[]): { statement: Uint8Array; events: SaltedEvent[] } {
    const events = values.map((value, i) => ({
      salt: sha256(utf8(`${toHex(this.kid)} ${this.seq} ${i}`)).slice(0, 16),
      event: utf8(canonicalJson(value)),
    }))
    return this.over(kind, events)
  }

  /** The next statement over these bytes, whatever they are. */
  over(kind: StatementKind, events: SaltedEvent[]): { statement: Uint8Array; events: SaltedEvent[] } {
    const header = {
      alg: -8 as const,
      kind,
      kid: this.kid,
      iss: this.iss,
      sub: this.sub,
      iat: this.iat,
      seq: this.seq,
      prev: this.prev,
      count: events.length,
    }
    const statement = buildStatement(header, batchRoot(events), this.sign)
    this.seq++
    this.prev = statementLeaf(statement)
    return { statement, events }
  }
}

let operations = 0

/** An operation as the event that carries it. */
export function governanceEvent(operation: Operation): Json {
  const id = toHex(sha256(utf8(`operation ${operations++}`))).replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12}).*/,
    '$1-$2-$3-$4-$5',
  )
  return {
    type: 'TristampGovernance',
    eventID: `urn:uuid:${id}`,
    eventTime: '2026-11-19T00:00:00.000Z',
    operation: operation as unknown as Json,
  }
}

/** A whole ledger in memory, of the same parts as the real one: what tests of proofs are run against. */
export class MemoryLedger {
  readonly origin: string
  readonly state: AdmissionState = emptyState()
  readonly entries: Uint8Array[] = []
  readonly batches = new Map<number, readonly SaltedEvent[]>()
  readonly map = new HistoryMap()
  readonly postingRows = new Map<string, EventPlace[]>()
  readonly administrators: TestSigner[]
  /** The ledger's own key, which acks are signed by. */
  readonly ledgerKey: TestSigner
  readonly #records = new Map<string, HistoryRecord>()
  readonly #log = seed('log')
  #seals: { bytes: Uint8Array; entry: number }[] = []
  #events = 0
  timeMs = 1_795_000_000_000

  constructor(origin = 'ledger.example/test', administrators = ['admin'], threshold = 1) {
    this.origin = origin
    this.administrators = administrators.map((name) => new TestSigner(name, undefined, ledgerUri(origin)))
    this.ledgerKey = new TestSigner('ack', undefined, ledgerUri(origin))
    this.govern({
      op: 'genesis',
      origin,
      administrators: this.administrators.map((a, i) => ({ name: administrators[i]!, key: toBase64Url(a.publicKey) })),
      threshold,
      windowS: 604_800,
      logKey: this.logKey,
      ackKey: toBase64Url(this.ledgerKey.publicKey),
    })
  }

  get logKey(): string {
    return formatVerifierKey(this.origin, 1, publicKeyOf(this.#log))
  }

  get policy(): Policy {
    return parsePolicy(`log ${this.logKey}\nquorum none\n`)
  }

  /** Governance by one administrator, admitted or the test fails. */
  govern(operation: Operation, administrator: TestSigner = this.administrators[0]!): void {
    const { statement, events } = administrator.statement('governance', [governanceEvent(operation)])
    const result = this.submit(statement, events)
    if (!result.ok) throw new Error(`governance refused: ${result.message}`)
  }

  /** Governance in one statement of any signer: what became of it. A refused statement's number stays left out of the chain. */
  decide(signer: TestSigner, ...operations: Operation[]): 'effective' | 'pending' | ProtocolCode {
    const { prev } = signer
    const { statement, events } = signer.statement('governance', operations.map(governanceEvent))
    const answer = this.submit(statement, events)
    if (answer.ok) return answer.events.every((event) => event.effective) ? 'effective' : 'pending'
    signer.prev = prev
    return answer.code
  }

  submit(statement: Uint8Array, events: readonly SaltedEvent[]): Admission {
    const result = admit(this.state, statement, events, verifyOnNoble)
    if (!result.ok) return result
    applyChanges(this.state, result.changes)
    this.#record(statement, events, result.events)
    return result
  }

  /** What a dishonest ledger does: records goods without asking admission, in a log and a map that are otherwise as they must be. */
  force(statement: Uint8Array, events: readonly SaltedEvent[]): void {
    const signer = keyUri(parseStatement(statement).header.kid)
    const read = events.map((salted, position) => {
      const subjects = subjectsOf(parseRecordedEvent('batch', salted.event), signer)
      return { position, leaf: eventLeaf(salted), subjects }
    })
    this.#record(statement, events, read)
  }

  #record(
    statement: Uint8Array,
    events: readonly SaltedEvent[],
    read: readonly { position: number; leaf: Uint8Array; subjects: readonly string[] }[],
  ): void {
    const entry = this.entries.push(statement) - 1
    this.batches.set(entry, events)
    this.#events += events.length
    for (const { position, leaf, subjects } of read) {
      for (const subject of subjects) {
        this.postingRows.set(subject, [...(this.postingRows.get(subject) ?? []), { entry, position }])
        this.#records.set(subject, extended(this.#records.get(subject) ?? NO_HISTORY, entry, position, leaf))
        this.map.set(subjectHash(subject), this.#records.get(subject)!)
      }
    }
  }

  /** Closes the block. After it, and before the next statement, the ledger can answer readers. */
  seal(): void {
    const last = this.#seals.at(-1)
    const firstEntry = last === undefined ? 0 : last.entry + 1
    const bytes = encodeSeal({
      height: this.#seals.length,
      previous: last === undefined ? ZERO_HASH : sealHash(last.bytes),
      firstEntry,
      entryCount: this.entries.length - firstEntry,
      eventCount: this.#events,
      timeMs: this.timeMs++,
      historyRoot: this.map.root(),
    })
    this.#events = 0
    this.#seals.push({ bytes, entry: this.entries.push(bytes) - 1 })
  }

  /** Makes every proof of a forged bundle as good as a ledger can: what is wrong with it then is what it leaves out, or says. */
  async prove(bundle: Bundle): Promise<void> {
    const { size, readNodes } = this.source()
    bundle.statements.sort((a, b) => a.entry - b.entry)
    bundle.events.sort((a, b) => a.entry - b.entry || a.position - b.position)
    const entries = [...bundle.statements, ...bundle.seals, bundle.seal].map(({ entry }) => entry)
    const ascending = [...new Set(entries)].sort((a, b) => a - b)
    bundle.beside = await proveTogether(ascending, size, readNodes)
    for (const statement of bundle.statements) {
      const shown = bundle.events.filter(({ entry }) => entry === statement.entry).map(({ position }) => position)
      const leaves = this.batches.get(statement.entry)?.map(eventLeaf)
      if (leaves !== undefined) statement.beside = togetherIn(treeLevels(leaves), shown)
    }
    const keys = bundle.histories.map(({ subject }) => subjectHash(subject))
    bundle.map = joinMapProofs(keys.map((key) => ({ key, proof: this.map.prove(key) })))
  }

  root(size: number = this.entries.length): Uint8Array {
    return treeRoot(this.entries.slice(0, size).map(leafHash))
  }

  source(): BundleSource {
    const size = this.entries.length
    const text = formatCheckpoint({ origin: this.origin, size, root: this.root() })
    const signer = {
      name: this.origin,
      type: 1 as const,
      publicKey: publicKeyOf(this.#log),
      sign: signOnNoble(this.#log),
    }
    const leaves = this.entries.map(leafHash)
    const node = ({ level, index }: NodeId): Uint8Array =>
      treeRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))
    return {
      size,
      checkpoint: signNote(text, [signer]),
      entry: async (i) => this.entries[i]!,
      batch: async (i) => this.batches.get(i)!,
      sealAfter: async (i) => this.#seals.find(({ entry }) => entry >= i)!.entry,
      postings: async (subject) => this.postingRows.get(subject) ?? [],
      mapProof: async (subject) => this.map.prove(subjectHash(subject)),
      readNodes: async (ids) => ids.map(node),
    }
  }
}
