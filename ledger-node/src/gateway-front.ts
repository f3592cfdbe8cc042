import type { Told } from './access.ts'
import { Broker, type BrokerParts } from './broker.ts'
import type { Config } from './config.ts'
import { LedgerError } from './error.ts'
import { reachableHost } from './http/server.ts'
import type { Sender } from './intake.ts'
import { OutsideBroker } from './outside-broker.ts'
import { isLoopback, type TlsTexts } from './tls.ts'

/** Where the ledger meets its gateways: at a broker of its own, or at one of others. */
export interface GatewayFront {
  /** What gateways are told to connect to. */
  readonly url: string
  /** That this process listens on; 0 where it does not. */
  readonly port: number
  /** Kept for the gateway that comes later. */
  send(to: Sender, channel: Told, payload: Uint8Array): void
  /** Tells everyone, kept for those that come later. */
  publish(name: string, notice: Uint8Array): void
  /** Keys may have ended. */
  recheck(): void
  close(): Promise<void>
}

export interface FrontParts extends BrokerParts {
  origin: string
  log: (text: string) => void
}

/** @throws LedgerError PORT_TAKEN, CONFIG_INVALID, CONFIG_PLAIN */
export async function openFront(
  { mqtt, plain }: Config,
  tls: TlsTexts | undefined,
  parts: FrontParts,
): Promise<GatewayFront> {
  const { broker: outside, eventsPerSecond } = mqtt
  if (outside !== undefined) {
    const { protocol, hostname } = new URL(outside.url)
    if (protocol === 'mqtt:' && !plain && !isLoopback(hostname))
      throw new LedgerError('CONFIG_PLAIN', `mqtt.broker at ${hostname}`)
    return new OutsideBroker(parts.origin, { ...outside, eventsPerSecond }, parts, parts.log)
  }
  const broker = await Broker.listen({ ...mqtt, tls }, parts)
  return Object.assign(broker, { url: `${tls ? 'mqtts' : 'mqtt'}://${reachableHost(mqtt.host)}:${broker.port}` })
}
