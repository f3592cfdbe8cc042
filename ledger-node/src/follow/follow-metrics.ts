import { Counter, Gauge, type Registry } from 'prom-client'
import type { Hearer } from '../news.ts'
import type { DifferenceCode } from './difference.ts'

/** What `/metrics` shows of following. */
export class FollowMetrics {
  readonly #lag: Gauge
  readonly #heard: Gauge
  readonly #diverged: Gauge
  readonly #events: Counter
  readonly #troubles: Counter
  readonly #clockApart: Gauge

  readonly #tell: Hearer

  constructor(registry: Registry, tell: Hearer = () => undefined) {
    this.#tell = tell
    const registers = [registry]
    this.#lag = new Gauge({
      name: 'tristamp_follow_lag_entries',
      help: 'Entries that the leader has signed and this follower has not reproduced',
      registers,
    })
    this.#heard = new Gauge({
      name: 'tristamp_follow_heard_timestamp_seconds',
      help: 'When the leader last answered with a checkpoint that it signed',
      registers,
    })
    this.#diverged = new Gauge({
      name: 'tristamp_follow_diverged',
      help: '1 when the leader was found to have something wrong, by code: nothing is cosigned any more',
      labelNames: ['code'],
      registers,
    })
    this.#events = new Counter({ name: 'tristamp_follow_events_total', help: 'Events reproduced', registers })
    this.#troubles = new Counter({
      name: 'tristamp_follow_troubles_total',
      help: 'Times that following failed without anything being wrong with the ledger, by code',
      labelNames: ['code'],
      registers,
    })
    this.#clockApart = new Gauge({
      name: 'tristamp_follow_clock_apart_seconds',
      help: 'How far the time of a seal of the leader last lay outside of when this node saw it made; 0 until that happens',
      registers,
    })
  }

  clockApart(ms: number): void {
    this.#clockApart.set(ms / 1000)
  }

  heard(atMs: number): void {
    this.#heard.set(atMs / 1000)
  }

  lag(entries: number): void {
    this.#lag.set(entries)
  }

  reproduced(events: number): void {
    this.#events.inc(events)
    this.#tell({ kind: 'reproduced', events })
  }

  trouble(code: string, detail: string): void {
    this.#troubles.inc({ code })
    this.#tell({ kind: 'trouble', code, detail })
  }

  diverged(code: DifferenceCode): void {
    this.#diverged.set({ code }, 1)
  }
}
