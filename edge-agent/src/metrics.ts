import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { AgentError, whyOf } from './error.ts'
import type { Status } from './health.ts'

/** What metrics are made of when they are asked for. */
export interface MetricSources {
  status(): Status
  /** How full the outbox is, 0 to 1. */
  fill(): number
}

/** Metrics that are served until they are disposed of. */
export interface ServedMetrics extends AsyncDisposable {
  readonly port: number
}

/** Serves `GET /metrics` in the text format of Prometheus, on this machine alone. @throws AgentError METRICS_PORT */
export async function serveMetrics(at: { host: string; port: number }, sources: MetricSources): Promise<ServedMetrics> {
  const registry = registryOf(sources)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new AgentError('METRICS_PORT', { ...at, why: whyOf(cause) }, { cause })))
    server.listen(at.port, at.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function registryOf({ status, fill }: MetricSources): Registry {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, value: (now: Status) => number): void => {
    new Gauge({
      name: `tristamp_agent_${name}`,
      help,
      registers,
      collect() {
        this.set(value(status()))
      },
    })
  }
  gauge('online', '1 while the ledger is connected', ({ state }) => (state === 'online' ? 1 : 0))
  gauge('enrolled', '1 when the enrolment is known', ({ enrolment }) => (enrolment.entry === undefined ? 0 : 1))
  gauge('outbox_next_batch', 'Number of the next batch', ({ outbox }) => outbox.next)
  gauge('outbox_acked_batch', 'Batches below this number are acknowledged by the ledger', ({ outbox }) => outbox.acked)
  gauge('outbox_unsigned_events', 'Accepted events that are in no batch yet', ({ outbox }) => outbox.unsigned)
  gauge('outbox_fill_ratio', 'How full the outbox is', () => fill())
  gauge('clock_uncertainty_seconds', 'Bound on the error of the clock', ({ clock }) => clock.uncertaintyMs / 1000)
  new Gauge({
    name: 'tristamp_agent_clock_source',
    help: '1 for what sets the clock',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset()
      this.set({ source: status().clock.source }, 1)
    },
  })
  new Gauge({
    name: 'tristamp_agent_device_up',
    help: '1 up, 0.5 degraded, 0 down',
    labelNames: ['device'],
    registers,
    collect() {
      this.reset()
      for (const [device, { state }] of Object.entries(status().devices))
        this.set({ device }, state === 'up' ? 1 : state === 'degraded' ? 0.5 : 0)
    },
  })
  new Counter({
    name: 'tristamp_agent_errors_total',
    help: 'Errors since the start, by code',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of Object.entries(status().errors)) this.inc({ code }, count)
    },
  })
  return registry
}
