import { type Bundle, decodeBundle } from '../bundle.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { Verify } from '../ed25519.ts'
import { ProtocolError } from '../error.ts'
import { type EventRef, type Finding, stampOf } from '../finding/finding.ts'
import { findingsOf } from '../finding/rules.ts'
import { parseNote } from '../note.ts'
import { checkPolicy, NO_QUORUM, type Policy } from '../policy.ts'
import { placedMs } from '../time/interval.ts'
import { checkCompleteness } from './check-completeness.ts'
import { type OpenedEvent, openEvents, openStatements, placeKey } from './check-contents.ts'
import { checkContinues, checkIncluded, checkSeal, type Remembered, Seals } from './check-log.ts'
import { checkSigners } from './check-signers.ts'
import { checkTimes } from './check-times.ts'
import { whereOf } from './failure.ts'
import { holdsOf, isHeld } from './holds.ts'
import { isOrder, namesOf } from './orders.ts'
import { isStanding, recallsOf } from './recalls.ts'
import type { Check, CheckId, ProvenEvent, Verdict } from './verdict.ts'

/** What the reader brings: whose signatures count, and the last state of this ledger that it saw. */
export interface Trust {
  policy: Policy
  remembered?: Remembered
}

const ORDER: readonly CheckId[] = [
  'bundle',
  'checkpoint',
  'witnesses',
  'ledger',
  'seal',
  'inclusion',
  'contents',
  'completeness',
  'signatures',
  'findings',
  'inside',
]

/**
 * Checks a product's whole history from the bundle and nothing else. Never throws for what is in the bundle: a check that does
 * not hold is named in the verdict with its code, and the ones after it have not been made.
 */
export async function verify(
  bundleBytes: Uint8Array,
  subject: string,
  trust: Trust,
  verifySignature: Verify,
): Promise<Verdict> {
  const verdict: Verdict = {
    subject,
    state: 'mismatch',
    checks: [],
    witnesses: [],
    events: [],
    reports: [],
    recalls: [],
    holds: [],
    grounds: [],
    findings: [],
    names: { products: new Map(), places: new Map(), organisations: new Map() },
    lineage: [],
  }
  const made = new Map<CheckId, Check>()
  let current: CheckId = 'bundle'
  const passed = (detail: Check['detail'] = {}): void =>
    void made.set(current, { id: current, status: 'passed', detail })
  try {
    const bundle = decodeBundle(bundleBytes)
    passed({ bytes: bundleBytes.length })

    current = 'checkpoint'
    const seen = await checkPolicy(parseNote(bundle.checkpoint), trust.policy, verifySignature)
    const { checkpoint } = seen
    verdict.checkpoint = checkpoint
    verdict.note = bundle.checkpoint
    passed({ size: checkpoint.size })

    current = 'witnesses'
    const cosigned = new Set(seen.cosigned.map((c) => c.name))
    verdict.witnesses = trust.policy.witnesses.map(({ name }) => ({ name, signed: cosigned.has(name) }))
    // A policy that asks for nobody's word has not been met by anybody's.
    if (trust.policy.quorum !== NO_QUORUM) {
      const detail = { signed: cosigned.size, of: trust.policy.witnesses.length }
      if (seen.quorum) passed(detail)
      // Nothing contradicts anything: the ledger's word stands alone, so the rest is checked and nothing good is said.
      else made.set(current, { id: current, status: 'unchecked', code: 'POLICY_QUORUM', detail })
    }

    current = 'ledger'
    if (trust.remembered !== undefined) {
      checkContinues(bundle, checkpoint, trust.remembered)
      passed({ from: trust.remembered.size, to: checkpoint.size })
    }

    current = 'seal'
    const seal = checkSeal(bundle, checkpoint)
    const seals = new Seals(bundle)
    passed({ height: seal.height })

    current = 'inclusion'
    checkIncluded(bundle, checkpoint)
    verdict.sealedAtMs = seal.timeMs
    passed({ statements: bundle.statements.length })

    current = 'contents'
    const statements = openStatements(bundle)
    const opened = openEvents(bundle, statements)
    passed({ events: opened.size })

    current = 'completeness'
    const subjects = await checkCompleteness(bundle, opened, seal.historyRoot, subject)
    verdict.lineage = subjects.own
    const times = checkTimes(opened.values(), seals)
    passed({ subjects: subjects.all.length })

    current = 'signatures'
    const { proven, reports, names, orders, limits } = await checkSigners(
      statements,
      opened.values(),
      checkpoint.origin,
      verifySignature,
    )
    passed({ statements: statements.size })

    verdict.names = names
    const sealedMs = (entry: number): number | undefined => seals.known(entry)
    const own = new Set(subjects.own)
    const isOwn = (one: EventRef): boolean => opened.get(placeKey(one))!.subjects.some((named) => own.has(named))
    const events = inOrder(
      proven.map((one) => ({ ...one, time: times.get(placeKey(one))!, sealedAtMs: seals.over(one.entry) })),
    )
    verdict.events = events.filter(isOwn)
    verdict.grounds = events.filter((one) => !isOwn(one))
    verdict.reports = reports.filter(isOwn)
    const goods = namesOf(subject, verdict.events)
    verdict.recalls = recallsOf(goods, orders, sealedMs)
    verdict.holds = holdsOf(goods, orders, { events, limits }, sealedMs)
    const withheld = withheldIn(bundle)
    if (withheld > 0) {
      // Complete, but not readable: a recall or a revocation could stand in what is withheld, so nothing good is said.
      made.set('completeness', {
        id: 'completeness',
        status: 'unchecked',
        code: 'HISTORY_WITHHELD',
        detail: { withheld },
      })
    }
    if (withheld > 0 || made.get('witnesses')?.code === 'POLICY_QUORUM') {
      verdict.state = 'unchecked'
    } else {
      verdict.state = isRecorded(bundle, subject, opened) ? 'consistent' : 'none'
    }
    verdict.findings = findingsOf(verdict)
    made.set('findings', checkOf(verdict.findings))
    const contradiction = verdict.findings.find(({ severity }) => severity === 'contradiction')
    if (verdict.state === 'consistent' && contradiction !== undefined)
      verdict.state = isElsewhere(contradiction, subject) ? 'elsewhere' : 'mismatch'
    // Proven by the administrators' signatures, or the ledger's own: it says what to do, whatever else is or is not known.
    if (verdict.holds.some(isHeld)) verdict.state = 'held'
    if (verdict.recalls.some(isStanding)) verdict.state = 'recalled'
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    made.set(current, { id: current, status: 'failed', code: error.code, detail: whereOf(error) ?? {} })
  }
  verdict.checks = ORDER.map((id) => made.get(id) ?? { id, status: 'unchecked' })
  return verdict
}

/** Whether anything is recorded of the subject. That someone recalls or holds it, or was refused to handle it, is no record of it. */
function isRecorded({ histories }: Bundle, subject: string, opened: ReadonlyMap<string, OpenedEvent>): boolean {
  const links = histories.find((history) => history.subject === subject)?.links ?? []
  return links.some((link) => {
    const event = opened.get(placeKey(link))?.event
    if (event?.type === 'TristampGovernance') return !isOrder(event.operation)
    return event?.type !== 'TristampReport' || event.report.kind !== 'blocked'
  })
}

/**
 * The state to remember for the next time, with the note that its log signed: only one that has been checked. What records say against each
 * other says nothing against the ledger that holds them.
 */
export function rememberable({ checks, checkpoint, note }: Verdict): (Checkpoint & { note: string }) | undefined {
  const isProven = checks.every(({ id, status }) => status !== 'failed' || id === 'findings')
  return isProven && checkpoint !== undefined && note !== undefined ? { ...checkpoint, note } : undefined
}

/** Contradictions fail the check; what is merely strange is counted, and shown beside it. */
function checkOf(findings: readonly Finding[]): Check {
  const count = (severity: Finding['severity']): number => findings.filter((f) => f.severity === severity).length
  const detail = { contradictions: count('contradiction'), warnings: count('warning'), notes: count('note') }
  const [gravest] = findings
  if (gravest?.severity !== 'contradiction') return { id: 'findings', status: 'passed', detail }
  const stamp = stampOf(gravest.code)
  const where = { ...gravest.events.at(-1), ...(stamp !== undefined && { stamp }) }
  return { id: 'findings', status: 'failed', code: gravest.code, detail: { ...detail, ...where } }
}

/** The very number that was asked for was in two places at once: the records hold, and one of two packs is not the one they tell of. */
function isElsewhere({ code, subject }: Finding, asked: string): boolean {
  return code === 'TWO_PLACES' && subject === asked
}

function withheldIn(bundle: Bundle): number {
  return bundle.histories.reduce((n, h) => n + h.links.filter((l) => l.withheld !== undefined).length, 0)
}

function inOrder(events: ProvenEvent[]): ProvenEvent[] {
  const time = ({ event, time }: ProvenEvent): number => placedMs(time) ?? Date.parse(event.eventTime)
  return [...events].sort((a, b) => time(a) - time(b) || a.entry - b.entry || a.position - b.position)
}
