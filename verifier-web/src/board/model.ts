// The state of a ledger's node as its board is told it. Read once, strictly and bounded, before anything of it is drawn.
import {
  AnswerError,
  type Both,
  bothOf,
  type Fields,
  fieldsOf,
  listOf,
  maybe,
  oneOf,
  textOf,
  wholeOf,
} from '../own/answer.ts'

export const TONES = ['stop', 'care', 'idle'] as const
export type Tone = (typeof TONES)[number]

/** What needs somebody; the page has a sentence for each code, and one for those that a newer node may have. */
export interface Concern {
  code: string
  tone: Tone
  count: number
  cause?: string
}

export const GATEWAY_STATES = [
  'silent',
  'suspended',
  'trouble',
  'catching-up',
  'unheard',
  'online',
  'elsewhere',
] as const
export type GatewayState = (typeof GATEWAY_STATES)[number]

/** Numbers that may be missing are null: they are shown as a dash, never as nothing. */
export interface Gateway {
  name: string
  place?: Both
  state: GatewayState
  sinceMs: number | null
  lastBatchAtMs: number | null
  outbox: number | null
  clock: { source: string; uncertaintyMs: number | null } | null
  alarms: { device: string; code: string | null }[]
  minutes: (number | null)[] | null
}

export interface Witness {
  name: string
  signed: boolean
  lag: number | null
  lastAtMs: number | null
  failure: { code: string; sinceMs: number } | null
}

export interface Problem {
  code: string
  from?: string
  count: number
  lastAtMs: number
  sentence: Both
}

export interface Disk {
  freeBytes: number
  totalBytes: number
  bytesPerDay: number | null
  daysLeft: number | null
  state: 'ok' | 'low' | 'nearly-full'
}

export interface Standing {
  count: number
  listed: { id: string; org: string; subject: string; subjects: number }[]
}

export interface State {
  holder: string
  role: 'leader' | 'follower'
  origin: string | null
  version: string
  atMs: number
  startedAtMs: number
  concerns: Concern[]
  intake: { lastMinute: number; minutes: (number | null)[] }
  answers: { p50Ms: number; p99Ms: number } | null
  refused: number
  checkpoint: { size: number; height: number; atMs: number; waiting: number } | null
  witnesses: { quorum: boolean; needed: number | null; list: Witness[] } | null
  leader: { leader: string; lag: number; heardAtMs: number | null } | null
  disk: Disk | null
  gateways: { total: number; online: number; listed: Gateway[] }
  holds: Standing
  recalls: Standing & { drills: number }
  contradictions: { statements: number; keys: number }
  /** What people report of goods: in a day and in a week, and of how many goods in that week. */
  complaints: { day: number; week: number; goods: number; lastAtMs: number | null }
  errors: Problem[]
}

/** @throws AnswerError */
export function readState(value: unknown): State {
  const all = fieldsOf(value, 'state')
  const intake = fieldsOf(all['intake'], 'intake')
  const gateways = fieldsOf(all['gateways'], 'gateways')
  const contradictions = fieldsOf(all['contradictions'], 'contradictions')
  const recalls = fieldsOf(all['recalls'], 'recalls')
  const complaints = fieldsOf(all['complaints'], 'complaints')
  return {
    holder: textOf(all['holder'], 'holder'),
    role: oneOf(all['role'], 'role', ['leader', 'follower']),
    origin: orNull(all['origin'], 'origin', textOf),
    version: textOf(all['version'], 'version', 64),
    atMs: wholeOf(all['atMs'], 'atMs'),
    startedAtMs: wholeOf(all['startedAtMs'], 'startedAtMs'),
    concerns: listOf(all['concerns'], 'concerns', 64, concernOf),
    intake: {
      lastMinute: wholeOf(intake['lastMinute'], 'lastMinute'),
      minutes: minutesOf(intake['minutes'], 'intake'),
    },
    answers: orNull(all['answers'], 'answers', (value, field) => {
      const { p50Ms, p99Ms } = fieldsOf(value, field)
      return { p50Ms: numberOf(p50Ms, field), p99Ms: numberOf(p99Ms, field) }
    }),
    refused: wholeOf(all['refused'], 'refused'),
    checkpoint: orNull(all['checkpoint'], 'checkpoint', (value, field) => {
      const { size, height, atMs, waiting } = fieldsOf(value, field)
      return {
        size: wholeOf(size, 'size'),
        height: wholeOf(height, 'height'),
        atMs: wholeOf(atMs, 'atMs'),
        waiting: wholeOf(waiting, 'waiting'),
      }
    }),
    witnesses: orNull(all['witnesses'], 'witnesses', (value, field) => {
      const { quorum, needed, list } = fieldsOf(value, field)
      return {
        quorum: quorum === true,
        needed: orNull(needed, 'needed', wholeOf),
        list: listOf(list, field, 256, witnessOf),
      }
    }),
    leader: orNull(all['leader'], 'leader', (value, field) => {
      const { leader, lag, heardAtMs } = fieldsOf(value, field)
      return {
        leader: textOf(leader, 'leader', 2048),
        lag: wholeOf(lag, 'lag'),
        heardAtMs: maybe(heardAtMs, 'heardAtMs', wholeOf) ?? null,
      }
    }),
    disk: orNull(all['disk'], 'disk', diskOf),
    gateways: {
      total: wholeOf(gateways['total'], 'total'),
      online: wholeOf(gateways['online'], 'online'),
      listed: listOf(gateways['listed'], 'listed', 200, gatewayOf),
    },
    holds: standingOf(all['holds'], 'holds'),
    recalls: { ...standingOf(recalls, 'recalls'), drills: wholeOf(recalls['drills'], 'drills') },
    contradictions: {
      statements: wholeOf(contradictions['statements'], 'statements'),
      keys: wholeOf(contradictions['keys'], 'keys'),
    },
    complaints: {
      day: wholeOf(complaints['day'], 'complaints'),
      week: wholeOf(complaints['week'], 'complaints'),
      goods: wholeOf(complaints['goods'], 'complaints'),
      lastAtMs: orNull(complaints['lastAtMs'], 'complaints', wholeOf),
    },
    errors: listOf(all['errors'], 'errors', 64, problemOf),
  }
}

function concernOf(value: unknown, field: string): Concern {
  const one = fieldsOf(value, field)
  const cause = maybe(one['cause'], field, codeOf)
  return {
    code: codeOf(one['code'], field),
    tone: oneOf(one['tone'], field, TONES),
    count: maybe(one['count'], field, wholeOf) ?? 0,
    ...(cause !== undefined && { cause }),
  }
}

function gatewayOf(value: unknown, field: string): Gateway {
  const one = fieldsOf(value, field)
  const place = maybe(one['place'], field, bothOf)
  return {
    name: textOf(one['name'], field, 160),
    ...(place !== undefined && { place }),
    state: oneOf(one['state'], field, GATEWAY_STATES),
    sinceMs: orNull(one['sinceMs'], field, wholeOf),
    lastBatchAtMs: orNull(one['lastBatchAtMs'], field, wholeOf),
    outbox: orNull(one['outbox'], field, wholeOf),
    clock: orNull(one['clock'], field, (value) => {
      const { source, uncertaintyMs } = fieldsOf(value, field)
      return { source: textOf(source, field), uncertaintyMs: orNull(uncertaintyMs, field, numberOf) }
    }),
    alarms: listOf(one['alarms'], field, 64, (value) => {
      const { device, code } = fieldsOf(value, field)
      return { device: textOf(device, field), code: orNull(code, field, textOf) }
    }),
    minutes: orNull(one['minutes'], field, minutesOf),
  }
}

function witnessOf(value: unknown, field: string): Witness {
  const one = fieldsOf(value, field)
  return {
    name: textOf(one['name'], field),
    signed: one['signed'] === true,
    lag: orNull(one['lag'], field, wholeOf),
    lastAtMs: orNull(one['lastAtMs'], field, wholeOf),
    failure: orNull(one['failure'], field, (value) => {
      const { code, sinceMs } = fieldsOf(value, field)
      return { code: codeOf(code, field), sinceMs: wholeOf(sinceMs, field) }
    }),
  }
}

function diskOf(value: unknown, field: string): Disk {
  const one = fieldsOf(value, field)
  return {
    freeBytes: wholeOf(one['freeBytes'], field),
    totalBytes: wholeOf(one['totalBytes'], field),
    bytesPerDay: orNull(one['bytesPerDay'], field, numberOf),
    daysLeft: orNull(one['daysLeft'], field, wholeOf),
    state: oneOf(one['state'], field, ['ok', 'low', 'nearly-full']),
  }
}

function standingOf(value: unknown, field: string): Standing {
  const { count, listed } = fieldsOf(value, field)
  return {
    count: wholeOf(count, field),
    listed: listOf(listed, field, 64, (value) => {
      const one: Fields = fieldsOf(value, field)
      return {
        id: textOf(one['id'], field),
        org: textOf(one['org'], field),
        subject: textOf(one['subject'], field, 2048),
        subjects: wholeOf(one['subjects'], field),
      }
    }),
  }
}

function problemOf(value: unknown, field: string): Problem {
  const one = fieldsOf(value, field)
  const from = maybe(one['from'], field, textOf)
  return {
    code: codeOf(one['code'], field),
    ...(from !== undefined && { from }),
    count: wholeOf(one['count'], field),
    lastAtMs: wholeOf(one['lastAtMs'], field),
    sentence: bothOf(one['sentence'], field),
  }
}

function minutesOf(value: unknown, field: string): (number | null)[] {
  return listOf(value, field, 120, (one) => orNull(one, field, wholeOf))
}

function codeOf(value: unknown, field: string): string {
  return textOf(value, field, 64)
}

function numberOf(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new AnswerError('ANSWER_SHAPE', field)
  return value
}

function orNull<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T | null {
  return value === null || value === undefined ? null : read(value, field)
}
