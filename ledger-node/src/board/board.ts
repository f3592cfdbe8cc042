import { type Policy, toHex } from '@tristamp/protocol'
import type { ComplaintFigures } from '../complaints/complaint-book.ts'
import type { Contradictions } from '../contradictions.ts'
import type { Directory } from '../directory.ts'
import type { LedgerError } from '../error.ts'
import type { FollowStatus } from '../follow/follow-status.ts'
import type { Ledger } from '../ledger.ts'
import type { Metrics } from '../metrics.ts'
import type { News } from '../news.ts'
import type { StatusBoard } from '../status.ts'
import type { Standing } from '../witness/cosigning.ts'
import { showBoard } from './board-metrics.ts'
import { type DiskSpace, DiskWatch } from './disk.ts'
import { ErrorBook } from './error-book.ts'
import { GatewayWatch, present } from './gateway-watch.ts'
import { Ring } from './ring.ts'
import { type BoardState, boardState, type Checkpoint } from './state.ts'
import { WitnessWatch } from './witness-watch.ts'

export interface BoardParts {
  ledger: Ledger
  metrics: Metrics
  status: StatusBoard
  directory: Directory
  /** Of this node's own checkpoints; undefined on a follower. */
  policy?: Policy | undefined
  /** How the checkpoint stood that the node started with. */
  standing?: Standing | undefined
  /** On a follower. */
  following?: () => FollowStatus
  trouble: () => LedgerError | undefined
  /** On a leader. */
  contradictions?: Contradictions
  /** What people report of goods to this node. */
  complaints: () => ComplaintFigures
  /** Room for the ledger's folder. Rejects as the disk does. */
  space: () => Promise<DiskSpace>
  version: string
  now: () => number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Answers that the times of answering are of. */
const ANSWERS = 512
const ERRORS = 12
/** Between two looks at the disk. */
const SPACE_MS = 5 * SECOND

/** Listens to the node's parts, and says how they are. It remembers the time since the node started, and nothing longer. */
export class Board {
  readonly #parts: BoardParts
  readonly #startedAtMs: number
  readonly #seconds: Ring
  readonly #minutes: Ring
  readonly #refused: Ring
  readonly #answersMs: number[] = []
  readonly #errors = new ErrorBook()
  readonly #witnesses = new WitnessWatch()
  readonly #disk = new DiskWatch()
  readonly #gateways: GatewayWatch
  readonly #hearers = new Set<() => void>()
  readonly #ending = new AbortController()
  readonly #timer: NodeJS.Timeout
  #spaceAtMs = Number.NEGATIVE_INFINITY
  #contradicted: { statements: number; keys: number } = { statements: 0, keys: 0 }
  /** The checkpoint that entries were first seen to wait behind. */
  #waiting: { height: number; sinceMs: number } | undefined

  constructor(parts: BoardParts) {
    this.#parts = parts
    const nowMs = parts.now()
    this.#startedAtMs = nowMs
    this.#gateways = new GatewayWatch(parts.ledger, nowMs)
    this.#seconds = new Ring(60, SECOND, nowMs)
    this.#minutes = new Ring(60, MINUTE, nowMs)
    this.#refused = new Ring(24, HOUR, nowMs)
    if (parts.standing !== undefined) this.#witnesses.hear(parts.standing, { kind: 'asked' }, nowMs)
    parts.metrics.listen((news) => this.#hear(news))
    showBoard(parts.metrics.registry, () => this.state())
    // The pace of the disk is that of the whole time, watched or not.
    this.#timer = setInterval(() => void this.#look(), MINUTE)
    this.#timer.unref()
    void this.#look()
  }

  /** Aborted when the node ends: whoever watches is let go. */
  get ending(): AbortSignal {
    return this.#ending.signal
  }

  close(): void {
    clearInterval(this.#timer)
    this.#ending.abort()
  }

  /** Is told of changes that somebody should see at once; returns what ends that. */
  watch(changed: () => void): () => void {
    this.#hearers.add(changed)
    return () => this.#hearers.delete(changed)
  }

  /** Something failed that nobody else has told. */
  fault(code: string, detail: string): void {
    this.#errors.add({ code, source: 'ledger', detail }, this.#parts.now())
    this.#changed()
  }

  async state(): Promise<BoardState> {
    const { ledger, policy, directory, following, trouble, status, version, now } = this.#parts
    await this.#look()
    await directory.refresh().catch(() => undefined)
    await this.#gateways.lookBack()
    const nowMs = now()
    const { state } = ledger
    const [wrong, { damage }] = [trouble(), ledger.feed]
    return boardState({
      role: following === undefined ? 'leader' : 'follower',
      origin: state.genesis?.origin,
      version,
      nowMs,
      startedAtMs: this.#startedAtMs,
      trouble: wrong && { code: wrong.code, detail: wrong.message },
      damage: damage && { code: damage.code, detail: damage.message },
      intake: { lastMinute: this.#seconds.sum(nowMs), minutes: this.#minutes.values(nowMs) },
      answersMs: this.#answersMs,
      refused: this.#refused.sum(nowMs),
      checkpoint: this.#checkpoint(nowMs),
      witnesses: policy && this.#witnesses.state(policy, ledger.sealed?.size ?? 0),
      leader: following?.(),
      disk: this.#disk.state,
      gateways: present(state).map((key) => {
        const seen = this.#gateways.of(key.kid)
        const { org = '', gateway = '', station } = key
        return {
          key,
          place: station === undefined ? undefined : directory.registeredPlace(station)?.name,
          status: key.status === 'active' ? status.of({ org, gateway }) : undefined,
          lastBatchAtMs: seen?.lastBatchAtMs,
          minutes: following === undefined ? seen?.minutes.values(nowMs) : undefined,
        }
      }),
      holds: [...state.holds.values()].filter(({ released }) => released === undefined).map(({ hold }) => first(hold)),
      recalls: [...state.recalls.values()]
        .filter(({ lifted }) => lifted === undefined)
        .map(({ recall }) => ({ ...first(recall), drill: recall.drill === true })),
      contradictions: this.#contradicted,
      complaints: this.#parts.complaints(),
      errors: this.#errors.last(ERRORS),
    })
  }

  #checkpoint(nowMs: number): Checkpoint | undefined {
    const { sealed, size } = this.#parts.ledger
    if (sealed === undefined) return undefined
    const { height } = sealed.seal
    if (size <= sealed.size) this.#waiting = undefined
    else if (this.#waiting?.height !== height) this.#waiting = { height, sinceMs: nowMs }
    return {
      size: sealed.size,
      height,
      atMs: sealed.seal.timeMs,
      waiting: Math.max(0, size - sealed.size),
      waitingSinceMs: this.#waiting?.sinceMs ?? null,
    }
  }

  async #look(): Promise<void> {
    const { now, space, contradictions } = this.#parts
    const nowMs = now()
    if (Math.abs(nowMs - this.#spaceAtMs) < SPACE_MS) return
    this.#spaceAtMs = nowMs
    try {
      this.#disk.see(await space(), nowMs)
      const kept = (await contradictions?.list()) ?? []
      this.#contradicted = { statements: kept.length, keys: new Set(kept.map(({ kid }) => kid)).size }
    } catch {
      // A disk that does not answer says so in the intake's trouble.
    }
  }

  #hear(news: News): void {
    const nowMs = this.#parts.now()
    switch (news.kind) {
      case 'recorded':
        this.#recorded(news, nowMs)
        return
      case 'reproduced':
        this.#counts(news.events, nowMs)
        return
      case 'refused':
        this.#refused.add(1, nowMs)
        this.#errors.add({ code: news.code, source: 'batch', detail: news.detail, ...this.#fromKey(news.kid) }, nowMs)
        break
      case 'turned-away':
        this.#errors.add({ code: news.code, source: 'client' }, nowMs)
        break
      case 'trouble':
        this.#errors.add({ code: news.code, source: 'ledger', detail: news.detail }, nowMs)
        break
      case 'sealed':
        return
      case 'cosigning': {
        const { standing, event } = news
        this.#witnesses.hear(standing, event, nowMs)
        if (event.kind !== 'failed') {
          if (event.kind === 'below' || event.kind === 'met') break
          return
        }
        const { code, message } = event.error
        this.#errors.add({ code, source: 'witness', from: event.witness, detail: message }, nowMs)
        break
      }
      case 'status':
        for (const { code, count } of news.errors)
          this.#errors.add({ code, source: 'gateway', from: news.gateway, count }, nowMs)
    }
    this.#changed()
  }

  #recorded({ kid, events, repeated, ms }: News & { kind: 'recorded' }, nowMs: number): void {
    this.#answersMs.push(ms)
    if (this.#answersMs.length > ANSWERS) this.#answersMs.shift()
    this.#gateways.hear(kid, events, repeated, nowMs)
    if (!repeated) this.#counts(events, nowMs)
  }

  #counts(events: number, nowMs: number): void {
    this.#seconds.add(events, nowMs)
    this.#minutes.add(events, nowMs)
  }

  #fromKey(kid: Uint8Array | undefined): { from?: string } {
    const key = kid && this.#parts.ledger.state.keys.get(toHex(kid))
    return key?.gateway === undefined ? {} : { from: key.org === undefined ? key.gateway : `${key.org}/${key.gateway}` }
  }

  #changed(): void {
    for (const hearer of this.#hearers) hearer()
  }
}

function first({ id, org, subjects }: { id: string; org: string; subjects: string[] }): {
  id: string
  org: string
  subject: string
  subjects: number
} {
  return { id, org, subject: subjects[0] ?? '', subjects: subjects.length }
}
