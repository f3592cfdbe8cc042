import type { Link, PortAddress } from './link.ts'
import { openSerial } from './serial.ts'
import { openTcp } from './tcp.ts'

export { addressText, type Link, type Parity, type PortAddress } from './link.ts'
export { SharedLines } from './shared-lines.ts'

/** Opens the way to an instrument. @throws AgentError PORT_* */
export function openLink(device: string, address: PortAddress): Promise<Link> {
  return address.kind === 'serial' ? openSerial(device, address) : openTcp(device, address)
}
