import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { CUT_MS, ScannerLine, type ScannerMessage, SILENCE_MS } from '../codec/scanner-line.ts'
import type { DriverContext, LineDriver } from './driver.ts'

const options = {
  /** Whether every scan must begin with its AIM identifier; without it nothing says what kind of code it was. */
  aim: v.optional(v.picklist(['required', 'optional'], 'must be required or optional'), 'required'),
  /** What ends a scan: CR, LF or both; or nothing but silence, for scanners that cannot send a suffix. */
  suffix: v.optional(v.picklist(['line-end', 'silence'], 'must be line-end or silence'), 'line-end'),
}

export interface ScannerOptions {
  aim: 'required' | 'optional'
  suffix: 'line-end' | 'silence'
}

/** Barcode and QR scanners in serial (USB-CDC or UART) mode. A keyboard wedge would drop the separators of GS1 codes. */
export const scanner: LineDriver<ScannerOptions> = {
  kind: 'scanner',
  gives: 'scan',
  needs: 'line',
  baudRate: 9600,
  options,
  async session(config, context) {
    const endsBySilence = config.suffix === 'silence'
    const codec = new ScannerLine({ endsBySilence })
    let silence: NodeJS.Timeout | undefined
    const take = (messages: ScannerMessage[]): void => {
      for (const message of messages) give(message, config, context)
    }
    context.link.onData((chunk) => {
      take(codec.push(chunk, context.now()))
      clearTimeout(silence)
      // After a stall of this program, bytes that already wait must be read before silence is judged: setImmediate lets them in.
      const judge = (): NodeJS.Immediate => setImmediate(() => take(codec.idle(context.now())))
      silence = setTimeout(judge, endsBySilence ? SILENCE_MS : CUT_MS)
    })
    context.state('up')
    await sleepUntilAborted(context.signal)
    clearTimeout(silence)
  },
}

function give(message: ScannerMessage, config: ScannerOptions, context: DriverContext): void {
  if (message.kind === 'cut') context.fault('SCAN_CUT', { text: message.text })
  else if (config.aim === 'required' && !message.text.startsWith(']'))
    context.fault('SCAN_UNKNOWN', { text: message.text })
  else context.emit({ kind: 'scan', atMs: context.now(), text: message.text })
}

/** The longest timer of Node; the sleep ends by the signal. */
const FOREVER_MS = 2_147_483_647

async function sleepUntilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(FOREVER_MS, signal)
}
