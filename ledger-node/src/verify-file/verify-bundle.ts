import {
  correctionsOf,
  decodeBundle,
  isDoubtful,
  type ProvenEvent,
  type ProvenHold,
  type ProvenRecall,
  type ProvenReport,
  type Verdict,
  type Verify,
  verify,
} from '@tristamp/protocol'
import { describeTree } from './describe.ts'
import type { Facts, Outcome, Trust } from './file-verdict.ts'
import { testsAgain } from './tests-again.ts'

/** Checks all that a reader is sent of one subject. @throws ProtocolError */
export async function verifyBundle(bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts): Promise<Outcome> {
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
