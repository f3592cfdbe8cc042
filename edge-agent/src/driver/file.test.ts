import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewayText } from '../_gateway.ts'
import { until } from '../_ledger.ts'
import { sleep } from '../backoff.ts'
import { type AgentConfig, parseConfig } from '../config.ts'
import { durationMs } from '../duration.ts'
import { AgentError } from '../error.ts'
import { type Driver, drivers, type FileDriver, type Measurement, supervise } from './index.ts'

/** A one-wire probe as Linux shows it: `temperature` holds milli-°C. Only these tests know it. */
const probe: FileDriver<{ every: number }> = {
  kind: 'probe',
  gives: 'reading',
  needs: 'file',
  options: { every: v.optional(durationMs, '60s') },
  async session({ every }, context) {
    while (!context.signal.aborted) {
      const text = await readFile(context.file, 'utf8')
      if (!/^-?\d{1,6}\n$/.test(text)) {
        context.state('degraded', 'DEVICE_VALUE', { why: text })
        context.emit({ kind: 'missing', atMs: context.now(), code: 'DEVICE_VALUE' })
      } else {
        context.state('up')
        const quantities = [{ type: 'Temperature', milli: Number(text), uom: 'CEL' }]
        context.emit({ kind: 'reading', atMs: context.now(), quantities })
      }
      await sleep(every, context.signal)
    }
  },
}

const table = drivers as Map<string, Driver<never>>
beforeAll(() => void table.set(probe.kind, probe))
afterAll(() => void table.delete(probe.kind))

function parse(device: string, env: Record<string, string> = {}): AgentConfig {
  const { text } = gatewayText({ devices: `[{ id: probe, driver: probe, ${device} }]` })
  return parseConfig(text, '/etc/tristamp/gateway.yaml', env)
}

function refusal(device: string): string {
  try {
    parse(device)
    return 'accepted'
  } catch (error) {
    return String((error as AgentError).fields['list'])
  }
}

describe('an instrument that is a file', () => {
  it('is configured with a file and without a port', () => {
    expect(parse('file: ./w1/temperature, every: 5s').devices).toEqual([
      {
        id: 'probe',
        driver: 'probe',
        address: { kind: 'file', path: '/etc/tristamp/w1/temperature' },
        options: { every: 5000 },
      },
    ])
    expect(parse('file: x', { TRISTAMP_PORT_PROBE: '/sys/t' }).devices[0]?.address).toEqual({
      kind: 'file',
      path: '/sys/t',
    })
    expect(refusal('every: 5s')).toBe('  devices[0].file: is missing')
    expect(refusal('file: x, port: y')).toContain('devices[0].port: is not known here')
    expect(refusal('file: ""')).toContain('devices[0].file: must be a path')
  })

  it('is read without a line, and again after it was away', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'tristamp-file-')), 'temperature')
    const measured: Measurement[] = []
    const states: string[] = []
    const sink = {
      now: () => 0,
      emit: (_: string, measurement: Measurement) => void measured.push(measurement),
      state: (_: string, state: string, error?: AgentError) => void states.push(`${state} ${error?.code ?? ''}`.trim()),
      fault: () => undefined,
      problem: (code: AgentError['code']) => new AgentError(code, {}),
    }
    const stop = new AbortController()
    const device = { id: 'probe', driver: 'probe', address: { kind: 'file', path } } as const
    const open = (): Promise<never> => Promise.reject(new Error('no line is opened'))
    const running = supervise(probe, device, { every: 5 }, sink, stop.signal, open)
    await until(() => states.includes('down DEVICE_FAILED'))
    writeFileSync(path, '-1250\n')
    await until(() => measured.some(({ kind }) => kind === 'reading'), 60_000)
    expect(measured.find(({ kind }) => kind === 'reading')).toMatchObject({
      quantities: [{ type: 'Temperature', milli: -1250, uom: 'CEL' }],
    })
    writeFileSync(path, 'NaN\n')
    await until(() => measured.at(-1)?.kind === 'missing')
    stop.abort()
    await running
    expect(states).toContain('degraded DEVICE_VALUE')
  })
})
