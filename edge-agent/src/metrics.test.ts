import { expect, it } from 'vitest'
import type { AgentError } from './error.ts'
import type { Status } from './health.ts'
import { serveMetrics } from './metrics.ts'

const status: Status = {
  state: 'online',
  version: '0',
  at: '',
  outbox: { next: 7, acked: 5, unsigned: 2 },
  devices: { cold1: { state: 'up' }, dock: { state: 'down', code: 'PORT_MISSING' } },
  clock: { source: 'gnss', uncertaintyMs: 250 },
  enrolment: { entry: 3 },
  errors: { PORT_MISSING: 4 },
}

it('serves what the status says, and nothing else, on this machine', async () => {
  const at = { host: '127.0.0.1', port: 0 }
  await using metrics = await serveMetrics(at, { status: () => status, fill: () => 0.25 })
  const url = `http://127.0.0.1:${metrics.port}`
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  for (const line of [
    'tristamp_agent_online 1',
    'tristamp_agent_enrolled 1',
    'tristamp_agent_outbox_next_batch 7',
    'tristamp_agent_outbox_acked_batch 5',
    'tristamp_agent_outbox_unsigned_events 2',
    'tristamp_agent_outbox_fill_ratio 0.25',
    'tristamp_agent_clock_uncertainty_seconds 0.25',
    'tristamp_agent_clock_source{source="gnss"} 1',
    'tristamp_agent_device_up{device="cold1"} 1',
    'tristamp_agent_device_up{device="dock"} 0',
    'tristamp_agent_errors_total{code="PORT_MISSING"} 4',
  ])
    expect(lines).toContain(line)
  expect((await fetch(`${url}/`)).status).toBe(404)
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404)
  // A second scrape counts nothing twice.
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('tristamp_agent_errors_total{code="PORT_MISSING"} 4\n')
  const taken = await serveMetrics({ ...at, port: metrics.port }, { status: () => status, fill: () => 0 }).catch(
    (e: AgentError) => e.code,
  )
  expect(taken).toBe('METRICS_PORT')
})
