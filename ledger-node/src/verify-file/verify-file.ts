import {
  correctionsOf,
  decodeBundle,
  decodeTransparentStatement,
  fromUtf8,
  isDoubtful,
  isSeal,
  keyUri,
  NO_QUORUM,
  type Policy,
  ProtocolError,
  type ProvenEvent,
  type ProvenHold,
  type ProvenRecall,
  type ProvenReport,
  parseCheckpoint,
  parseForkProof,
  parseNote,
  parseStatement,
  parseTlogProof,
  proveFork,
  toBase64,
  type Verdict,
  type VerifierKey,
  type Verify,
  verify,
  verifyReceipt,
  verifyTlogProof,
  verifyTransparentStatement,
} from '@tristamp/protocol'
import { type FileKind, kindOf } from './kind.ts'
import { type EvidenceLookup, testsAgain } from './tests-again.ts'

/** What the reader brings beside the file. */
export interface Trust {
  policy: Policy
  /** The entry's bytes, where the file is about one that it does not hold. */
  entry?: Uint8Array
  /** The subject of a bundle; the first one in it unless told. */
  subject?: string
  /** Public key of whoever signed the statement, when it is known. */
  signer?: Uint8Array
  /** Evidence that events name, to run tests again. */
  evidence?: EvidenceLookup
}

/** `holds` what the file claims is so; `fails` it is not, or the file is none; `unchecked` it cannot be decided with what there is. */
export interface FileVerdict {
  kind: FileKind | 'unknown'
  result: 'holds' | 'fails' | 'unchecked'
  /** Why not. */
  code?: string
  detail?: string
  /** What was found, by name. */
  facts: { [name: string]: string | number | boolean | readonly string[] }
}

type Facts = FileVerdict['facts']
type Outcome = Omit<FileVerdict, 'kind' | 'facts'>

/** Checks a proof file with what the reader brings and nothing else: no request is made. Never throws for what is in the file. */
export async function verifyFile(bytes: Uint8Array, trust: Trust, check: Verify): Promise<FileVerdict> {
  const kind = kindOf(bytes)
  if (kind === undefined)
    return { kind: 'unknown', result: 'fails', code: 'FILE_UNKNOWN', detail: 'not one of our proof files', facts: {} }
  const facts: Facts = {}
  try {
    return { kind, facts, ...(await VERIFIERS[kind](bytes, trust, check, facts)) }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const result = error.code === 'POLICY_QUORUM' || error.code === 'FORK_UNPROVEN' ? 'unchecked' : 'fails'
    return { kind, facts, result, code: error.code, detail: error.message }
  }
}

type Verifier = (bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts) => Promise<Outcome>

const VERIFIERS: Record<FileKind, Verifier> = {
  bundle: verifyBundle,
  'tlog-proof': verifyProof,
  fork: verifyFork,
  transparent: verifyTransparent,
  receipt: verifyBareReceipt,
  statement: async (bytes, _trust, _check, facts) => {
    describeStatement(bytes, facts)
    return { result: 'unchecked', code: 'PROOF_MISSING', detail: 'a statement alone proves no place in a ledger' }
  },
}

async function verifyBundle(bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const subject = trust.subject ?? decodeBundle(bytes).histories[0]?.subject ?? ''
  const verdict = await verify(bytes, subject, { policy: trust.policy }, check)
  facts['subject'] = subject
  facts['state'] = verdict.state
  if (verdict.checkpoint !== undefined) describeTree(verdict.checkpoint, facts)
  if (verdict.sealedAtMs !== undefined) facts['sealedAt'] = new Date(verdict.sealedAtMs).toISOString()
  facts['events'] = verdict.events.length
  const { corrections } = correctionsOf(verdict.events)
  const place = ({ entry, position }: ProvenEvent): string => `${entry}/${position}`
  if (corrections.length > 0)
    facts['takenBack'] = corrections.map(({ wrong, declaration }) => `${place(wrong)} (${place(declaration)})`)
  if (verdict.findings.length > 0) facts['findings'] = verdict.findings.map(found)
  const times = verdict.events.flatMap(timeInDoubt)
  if (times.length > 0) facts['times'] = times
  if (verdict.recalls.length > 0) facts['recalls'] = verdict.recalls.map(recalled)
  if (verdict.holds.length > 0) facts['holds'] = verdict.holds.map(held)
  const losses = verdict.reports.flatMap(lossIn)
  if (losses.length > 0) facts['losses'] = losses
  const again = testsAgain(verdict.events, trust.evidence ?? (() => undefined))
  if (again.lines.length > 0) facts['tests'] = again.lines
  facts['cosigned'] = verdict.witnesses.filter(({ signed }) => signed).map(({ name }) => name)
  facts['checks'] = verdict.checks.map(
    ({ id, status, code }) => `${id} ${status}${code === undefined ? '' : ` ${code}`}`,
  )
  const reason = verdict.checks.find(({ status, code }) => status === 'failed' || code !== undefined)
  const why = { ...(reason?.code && { code: reason.code }), ...(reason && { detail: reason.id }) }
  if (verdict.state === 'recalled') return { result: 'fails', code: 'RECALLED', detail: subject }
  if (verdict.state === 'held') return { result: 'fails', code: 'HELD', detail: subject }
  if (verdict.state === 'unchecked') return { result: 'unchecked', ...why }
  if (verdict.state !== 'consistent' && verdict.state !== 'none') return { result: 'fails', ...why }
  if (again.differs)
    return {
      result: 'fails',
      code: 'TEST_DIFFERS',
      detail: 'a test, run again from its evidence, gives something else',
    }
  return { result: 'holds' }
}

/** What a rule found: its code, how grave it is, the records that it rests on. */
function found({ code, severity, events }: Verdict['findings'][number]): string {
  return [code, severity, ...events.map(({ entry, position }) => `${entry}/${position}`)].join(' ')
}

/** A recall: whether it stands, its id, class, where it is recorded, by whom, why. */
function recalled({ recall, entry, position, since, lifted }: ProvenRecall): string {
  const { id, org, drill, reason } = recall
  const state = lifted === undefined ? 'standing' : `lifted ${lifted.at} (${lifted.entry}: ${lifted.reason})`
  const head = `${drill ? 'DRILL, ' : ''}${state}, class ${recall.class}, ${since}, ${entry}/${position}, ${org}, ${id}`
  return `${head}: ${reason.zh} ${reason.en}`
}

/** A hold: whether it stands, where it is recorded, by whom, why, and whether the records show that. */
function held({ hold, entry, position, since, byLedger, ground, released }: ProvenHold): string {
  const state = released === undefined ? 'standing' : `released ${released.at} (${released.entry}: ${released.reason})`
  const { limits, lowestMilliC, highestMilliC, outsideMs, readings } = hold.ground ?? {}
  const measured =
    limits === undefined
      ? ''
      : `${lowestMilliC} to ${highestMilliC} m°C, limits ${limits.minMilliC} to ${limits.maxMilliC}, ${outsideMs} ms, ${readings?.map((one) => `${one.entry}/${one.position}`).join(' ')}, ground ${ground}`
  const why = [hold.reason?.zh, hold.reason?.en, measured].filter((one) => one !== undefined && one !== '').join(' ')
  return `${state}, ${since}, ${entry}/${position}, ${byLedger ? 'by the ledger itself' : hold.org}, ${hold.id}: ${why}`
}

/** What a gateway of these steps has lost, by its own word: whose, which of its statements, why. */
function lossIn({ entry, event: { report }, signer }: ProvenReport): string[] {
  if (report.kind !== 'gap') return []
  return [`${entry}/0 ${signer.org}/${signer.gateway} ${report.from}–${report.to - 1} (${report.reason})`]
}

/** Where a step's time is not simply what its stamp says: its place in the ledger, the interval, what that rests on. */
function timeInDoubt({ entry, position, event, time }: ProvenEvent): string[] {
  if (!isDoubtful(event['tristamp:clock']) && !time.contradicted) return []
  const at = (ms: number | undefined): string => (ms === undefined ? '…' : new Date(ms).toISOString())
  const word = time.contradicted ? 'contradicted, ' : ''
  return [`${entry}/${position} ${at(time.earliestMs)} – ${at(time.latestMs)} (${word}${time.from})`]
}

async function verifyProof(bytes: Uint8Array, { entry, policy }: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const proof = parseTlogProof(fromUtf8(bytes))
  const leaf = entry ?? proof.extra
  facts['entry'] = proof.index
  if (leaf === undefined) return { result: 'unchecked', code: 'ENTRY_MISSING', detail: 'the entry itself is needed' }
  const { checkpoint, cosigned } = await verifyTlogProof(proof, leaf, policy, check)
  describeTree(checkpoint, facts)
  if (policy.quorum !== NO_QUORUM) facts['cosigned'] = cosigned.map(({ name }) => name)
  if (isSeal(leaf)) facts['seal'] = true
  else describeStatement(leaf, facts)
  return { result: 'holds' }
}

async function verifyFork(bytes: Uint8Array, { policy }: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const text = fromUtf8(bytes)
  const claims = parseForkProof(text).checkpoints.map((note) => parseCheckpoint(parseNote(note).text))
  facts['origin'] = claims[0]!.origin
  facts['trees'] = claims.map(({ size, root }) => `${size} ${toBase64(root)}`)
  await proveFork(text, logOf(claims[0]!.origin, policy), check)
  return { result: 'holds' }
}

async function verifyTransparent(bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const { statement, receipts } = decodeTransparentStatement(bytes)
  describeStatement(statement, facts)
  if (trust.signer !== undefined) {
    const log = await firstOf(trust.policy, (key) => verifyTransparentStatement(bytes, key, trust.signer!, check))
    describeReceipt(log.receipt, facts)
    facts['signerChecked'] = true
    return { result: 'holds' }
  }
  facts['signerChecked'] = false
  const own = await firstOf(trust.policy, (key) => firstReceipt(receipts, statement, key, check))
  describeReceipt(own, facts)
  return { result: 'holds' }
}

async function verifyBareReceipt(bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  if (trust.entry === undefined)
    return { result: 'unchecked', code: 'ENTRY_MISSING', detail: 'the statement itself is needed' }
  describeStatement(trust.entry, facts)
  describeReceipt(await firstOf(trust.policy, (key) => verifyReceipt(bytes, trust.entry!, key, check)), facts)
  return { result: 'holds' }
}

async function firstReceipt(
  receipts: readonly Uint8Array[],
  statement: Uint8Array,
  log: VerifierKey,
  check: Verify,
): ReturnType<typeof verifyReceipt> {
  for (const receipt of receipts) {
    try {
      return await verifyReceipt(receipt, statement, log, check)
    } catch (error) {
      // Those of other ledgers may be of other profiles; a bad one by this log's key is told.
      if (!(error instanceof ProtocolError) || !PASSED_OVER.includes(error.code)) throw error
    }
  }
  throw new ProtocolError('RECEIPT_MISSING', `no receipt of ${log.name}`)
}

const PASSED_OVER: readonly string[] = ['KEY_UNKNOWN', 'RECEIPT_SIZE', 'RECEIPT_MALFORMED', 'RECEIPT_HEADER']

/** The policy names logs of which any one may be the right one: the last refusal counts. */
async function firstOf<T>({ logs }: Policy, attempt: (key: VerifierKey) => Promise<T>): Promise<T> {
  let refusal: unknown = new ProtocolError('CHECKPOINT_ORIGIN', 'the policy names no log')
  for (const { key } of logs) {
    try {
      return await attempt(key)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      refusal = error
    }
  }
  throw refusal
}

function logOf(origin: string, { logs }: Policy): VerifierKey {
  const log = logs.find(({ key }) => key.name === origin)
  if (log === undefined) throw new ProtocolError('CHECKPOINT_ORIGIN', `no log ${origin} in the policy`)
  return log.key
}

function describeTree({ origin, size, root }: { origin: string; size: number; root: Uint8Array }, facts: Facts): void {
  facts['origin'] = origin
  facts['size'] = size
  facts['root'] = toBase64(root)
}

function describeReceipt(
  receipt: { header: { iss: string; iat: number }; index: number; treeSize: number },
  facts: Facts,
): void {
  facts['ledger'] = receipt.header.iss
  facts['entry'] = receipt.index
  facts['size'] = receipt.treeSize
  facts['receiptAt'] = new Date(receipt.header.iat * 1000).toISOString()
}

/** What a statement says of itself. */
function describeStatement(bytes: Uint8Array, facts: Facts): void {
  const { header } = parseStatement(bytes)
  facts['signer'] = header.iss
  facts['station'] = header.sub
  facts['key'] = keyUri(header.kid)
  facts['seq'] = header.seq
  facts['count'] = header.count
  facts['signedAt'] = new Date(header.iat * 1000).toISOString()
}
