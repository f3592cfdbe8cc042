import type { GatewayRow } from './gateway-rows.ts'
import type { BoardFacts } from './state.ts'

/** Closed: the page has a sentence for each. */
export type ConcernCode =
  | 'DAMAGED'
  | 'CANNOT_WRITE'
  | 'DIVERGED'
  | 'DISK_NEARLY_FULL'
  | 'SEAL_LATE'
  | 'WITNESS_AHEAD'
  | 'QUORUM_MISSING'
  | 'GATEWAYS_SILENT'
  | 'LEADER_UNREACHABLE'
  | 'KEYS_SUSPENDED'
  | 'WITNESSES_MISSING'
  | 'GATEWAYS_IN_TROUBLE'
  | 'DISK_LOW'
  | 'CATCHING_UP'
  | 'GATEWAYS_CATCHING_UP'
  | 'GATEWAYS_UNHEARD'

/** `stop`: somebody should come now; `care`: somebody should look today; `idle`: it passes by itself. */
export type Tone = 'stop' | 'care' | 'idle'

/** The worst first: the order in which they are told. */
export const CONCERN_TONES: Readonly<Record<ConcernCode, Tone>> = {
  DAMAGED: 'stop',
  CANNOT_WRITE: 'stop',
  DIVERGED: 'stop',
  DISK_NEARLY_FULL: 'stop',
  SEAL_LATE: 'stop',
  WITNESS_AHEAD: 'stop',
  QUORUM_MISSING: 'stop',
  GATEWAYS_SILENT: 'stop',
  LEADER_UNREACHABLE: 'care',
  KEYS_SUSPENDED: 'care',
  WITNESSES_MISSING: 'care',
  GATEWAYS_IN_TROUBLE: 'care',
  DISK_LOW: 'care',
  CATCHING_UP: 'idle',
  GATEWAYS_CATCHING_UP: 'idle',
  GATEWAYS_UNHEARD: 'idle',
}

export interface Concern {
  code: ConcernCode
  tone: Tone
  /** How many are concerned. */
  count?: number
  /** The node's own code for it. */
  cause?: string
}

/** A seal is made a second after an entry came, later only while the node has more to do than it can. */
const SEAL_LATE_MS = 60_000
/** A witness may be away for a moment. */
const WITNESS_MS = 30_000
/** A follower asks twice a second; so many seconds after a start it has not reached its leader. */
const LEADER_MS = 15_000

/** What needs somebody, the worst first. Pure: of what the node's parts say at one moment. */
export function concernsOf(facts: BoardFacts, rows: readonly GatewayRow[]): Concern[] {
  const { nowMs, startedAtMs, trouble, damage, leader, disk, checkpoint, witnesses } = facts
  const ownDisk = ownFault(leader)
  const late = checkpoint?.waitingSinceMs != null && nowMs - checkpoint.waitingSinceMs > SEAL_LATE_MS
  const unreached =
    (leader?.state === 'starting' && nowMs - startedAtMs > LEADER_MS) || (leader?.state === 'unreachable' && !ownDisk)
  const found: (Concern | false)[] = [
    damage !== undefined && concern('DAMAGED', causeOf(damage.code)),
    trouble !== undefined && concern('CANNOT_WRITE', causeOf(trouble.code)),
    ownDisk && concern('CANNOT_WRITE', causeOf(leader?.code)),
    leader?.state === 'diverged' && concern('DIVERGED', causeOf(leader.code)),
    disk?.state === 'nearly-full' && concern('DISK_NEARLY_FULL'),
    late && concern('SEAL_LATE'),
    some('WITNESS_AHEAD', ahead(witnesses)),
    witnesses?.quorum === false && concern('QUORUM_MISSING'),
    some('GATEWAYS_SILENT', count(rows, 'silent')),
    unreached && concern('LEADER_UNREACHABLE', causeOf(leader?.code)),
    some('KEYS_SUSPENDED', count(rows, 'suspended')),
    some('WITNESSES_MISSING', missing(facts)),
    some('GATEWAYS_IN_TROUBLE', count(rows, 'trouble')),
    disk?.state === 'low' && concern('DISK_LOW'),
    leader?.state === 'catching-up' && some('CATCHING_UP', leader.lag),
    some('GATEWAYS_CATCHING_UP', count(rows, 'catching-up')),
    some('GATEWAYS_UNHEARD', count(rows, 'unheard')),
  ]
  return found.filter((one) => one !== false)
}

function concern(code: ConcernCode, more: Pick<Concern, 'count' | 'cause'> = {}): Concern {
  return { code, tone: CONCERN_TONES[code], ...more }
}

/** A follower that cannot go on for its own disk, and not for its leader. */
function ownFault(leader: BoardFacts['leader']): boolean {
  return leader?.state === 'unreachable' && /^DISK_|^STORE_|^SEGMENT_/.test(leader.code ?? '')
}

function some(code: ConcernCode, count: number): Concern | false {
  return count > 0 && concern(code, { count })
}

function causeOf(code: string | undefined): { cause?: string } {
  return code === undefined ? {} : { cause: code }
}

function count(rows: readonly GatewayRow[], state: GatewayRow['state']): number {
  return rows.filter((row) => row.state === state).length
}

/** Signed more than this ledger holds: it was put back to an earlier state, or another runs under its key. No moment makes that better. */
function ahead(witnesses: BoardFacts['witnesses']): number {
  return witnesses?.list.filter(({ failure }) => failure?.code === 'WITNESS_AHEAD').length ?? 0
}

function missing({ witnesses, nowMs, startedAtMs }: BoardFacts): number {
  const late = (sinceMs: number): boolean => nowMs - sinceMs > WITNESS_MS
  const away = witnesses?.list.filter(
    ({ signed, failure, lastAtMs }) =>
      !signed && failure?.code !== 'WITNESS_AHEAD' && late(failure?.sinceMs ?? lastAtMs ?? startedAtMs),
  )
  return away?.length ?? 0
}
