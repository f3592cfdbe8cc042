import type { BaseSpec, InstrumentKind } from '../device/kind.ts'
import { openFile } from './file.ts'
import { openPty } from './pty.ts'
import { openTcp } from './tcp.ts'
import type { OnBytes, Transport, TransportKind } from './transport.ts'

/** Where an instrument's line is to be. */
export interface Place {
  kind: TransportKind | 'auto'
  dir: string
  id: string
}

/**
 * Opens what the instrument is reached by. A serial line is of the kind asked for; `auto` takes a pseudo-terminal and, where none can be had, TCP.
 * `onOpen` is called when a host has connected, where that can be seen.
 */
export async function openTransport(
  { kind, dir, id }: Place,
  instrument: Pick<InstrumentKind<BaseSpec>, 'carrier' | 'file'>,
  onBytes: OnBytes,
  onOpen: () => void,
): Promise<Transport> {
  if (instrument.carrier === 'file') return openFile(dir, id, instrument.file ?? 'value')
  if (instrument.carrier === 'tcp' || kind === 'tcp') return openTcp(onBytes, onOpen)
  if (kind === 'pty') return openPty(dir, id, onBytes)
  try {
    return await openPty(dir, id, onBytes)
  } catch {
    return openTcp(onBytes, onOpen)
  }
}
