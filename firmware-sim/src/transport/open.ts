import { openPty } from './pty.ts'
import { openTcp } from './tcp.ts'
import type { OnBytes, Transport, TransportKind } from './transport.ts'

/** Opens a line of the kind asked for; `auto` takes a pseudo-terminal and, where none can be had, TCP. */
export async function openTransport(
  kind: TransportKind | 'auto',
  dir: string,
  id: string,
  onBytes: OnBytes,
): Promise<Transport> {
  if (kind === 'tcp') return openTcp(onBytes)
  if (kind === 'pty') return openPty(dir, id, onBytes)
  try {
    return await openPty(dir, id, onBytes)
  } catch {
    return openTcp(onBytes)
  }
}
