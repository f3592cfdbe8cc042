import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicKeyOf, signOnNoble, toBase64Url } from '@tristamp/protocol'
import type { AgentConfig } from './config.ts'
import { parseConfig } from './config.ts'

/** The ledger of these tests. */
const LEDGER_SEED = new Uint8Array(32).fill(9)
export const ledgerKey: Uint8Array = publicKeyOf(LEDGER_SEED)
export const ledgerSign: ReturnType<typeof signOnNoble> = signOnNoble(LEDGER_SEED)

export interface GatewayParts {
  mqttPort?: number
  /** The place or asset that it speaks for. */
  station?: string
  devices?: string
  stations?: string
  tests?: string
  place?: string
  clock?: string
  uplink?: string
  batch?: string
}

/** A gateway's configuration in a folder of its own. */
export function gatewayConfig(parts: GatewayParts = {}): AgentConfig {
  const { folder, text } = gatewayText(parts)
  return parseConfig(text, join(folder, 'gateway.yaml'))
}

/** The same as text, for a file. */
export function gatewayText(parts: GatewayParts = {}): { folder: string; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tristamp-agent-'))
  const text = `
gateway: { org: yunling, id: farm-1, uri: "https://id.gs1.org/8004/9506000134-FARM1", station: "${parts.station ?? 'https://id.gs1.org/414/9506000134017'}",
  roles: [commission, transform, pack, ship, receive, observe, sell], zone: Asia/Shanghai }
data: ./data
uplink: { url: "mqtt://127.0.0.1:${parts.mqttPort ?? 1}", ledgerKey: "${toBase64Url(ledgerKey)}" ${parts.uplink ?? ''} }
batch: ${parts.batch ?? '{ flushMs: 50 }'}
place: ${parts.place ?? '{ source: site, latE7: 302400000, lonE7: 1094800000 }'}
clock: ${parts.clock ?? '{ source: system }'}
devices: ${parts.devices ?? '[]'}
stations: ${parts.stations ?? '[]'}
tests: ${parts.tests ?? '[]'}
`
  return { folder, text }
}
