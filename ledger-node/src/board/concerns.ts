import type { GatewayRow } from './gateway-rows.ts'
import type { BoardFacts } from './state.ts'

/** Closed: the page has a sentence for each. */
export type ConcernCode =
  | 'DAMAGED'
  | 'CANNOT_WRITE'
  | 'DIVERGED'
  | 'DISK_NEARLY_FULL'
  | 'SEAL_LATE'
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
export interface Concern {
  code: ConcernCode
  tone: 'stop' | 'care' | 'idle'
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
  const found: (Concern | false)[] = [
    damage !== undefined && { code: 'DAMAGED', tone: 'stop', cause: damage.code },
    trouble !== undefined && { code: 'CANNOT_WRITE', tone: 'stop', cause: trouble.code },
    ownFault(leader) && { code: 'CANNOT_WRITE', tone: 'stop', ...causeOf(leader?.code) },
    leader?.state === 'diverged' && { code: 'DIVERGED', tone: 'stop', ...causeOf(leader.code) },
    disk?.state === 'nearly-full' && { code: 'DISK_NEARLY_FULL', tone: 'stop' },
    checkpoint?.waitingSinceMs != null &&
      nowMs - checkpoint.waitingSinceMs > SEAL_LATE_MS && { code: 'SEAL_LATE', tone: 'stop' },
    witnesses?.quorum === false && { code: 'QUORUM_MISSING', tone: 'stop' },
    some('GATEWAYS_SILENT', 'stop', count(rows, 'silent')),
    ((leader?.state === 'starting' && nowMs - startedAtMs > LEADER_MS) ||
      (leader?.state === 'unreachable' && !ownFault(leader))) && {
      code: 'LEADER_UNREACHABLE',
      tone: 'care',
      ...causeOf(leader.code),
    },
    some('KEYS_SUSPENDED', 'care', count(rows, 'suspended')),
    some('WITNESSES_MISSING', 'care', missing(facts)),
    some('GATEWAYS_IN_TROUBLE', 'care', count(rows, 'trouble')),
    disk?.state === 'low' && { code: 'DISK_LOW', tone: 'care' },
    leader?.state === 'catching-up' && leader.lag > 0 && { code: 'CATCHING_UP', tone: 'idle', count: leader.lag },
    some('GATEWAYS_CATCHING_UP', 'idle', count(rows, 'catching-up')),
    some('GATEWAYS_UNHEARD', 'idle', count(rows, 'unheard')),
  ]
  return found.filter((one) => one !== false)
}

/** A follower that cannot go on for its own disk, and not for its leader. */
function ownFault(leader: BoardFacts['leader']): boolean {
  return leader?.state === 'unreachable' && /^DISK_|^STORE_|^SEGMENT_/.test(leader.code ?? '')
}

function some(code: ConcernCode, tone: Concern['tone'], count: number): Concern | false {
  return count > 0 && { code, tone, count }
}

function causeOf(code: string | undefined): { cause?: string } {
  return code === undefined ? {} : { cause: code }
}

function count(rows: readonly GatewayRow[], state: GatewayRow['state']): number {
  return rows.filter((row) => row.state === state).length
}

function missing({ witnesses, nowMs, startedAtMs }: BoardFacts): number {
  const late = (sinceMs: number): boolean => nowMs - sinceMs > WITNESS_MS
  const away = witnesses?.list.filter(
    ({ signed, failure, lastAtMs }) => !signed && late(failure?.sinceMs ?? lastAtMs ?? startedAtMs),
  )
  return away?.length ?? 0
}
