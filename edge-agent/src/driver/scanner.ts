import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { TRIGGER } from '../codec/gm65.ts'
import { lostSeparator, readCheckLabel, scannerFaults } from '../codec/scan-check.ts'
import { CUT_MS, ScannerLine, type ScannerMessage, SILENCE_MS } from '../codec/scanner-line.ts'
import { durationMs } from '../duration.ts'
import type { LineContext, LineDriver } from './driver.ts'

const options = {
  /** Whether every scan must begin with its AIM identifier; without it nothing says what kind of code it was. */
  aim: v.optional(v.picklist(['required', 'optional'], 'must be required or optional'), 'required'),
  /** What ends a scan: CR, LF or both; or nothing but silence, for scanners that cannot send a suffix. */
  suffix: v.optional(v.picklist(['line-end', 'silence'], 'must be line-end or silence'), 'line-end'),
  /** `gm65`: a module that reads when it is told to; it is told again after each scan and when its own time is over. */
  trigger: v.optional(v.picklist(['none', 'gm65'], 'must be none or gm65'), 'none'),
  triggerEvery: v.optional(durationMs, '4s'),
}

export interface ScannerOptions {
  aim: 'required' | 'optional'
  suffix: 'line-end' | 'silence'
  trigger?: 'none' | 'gm65'
  triggerEvery?: number
}

/** A module acknowledges within some milliseconds. */
const ACK_MS = 1000
/** So many commands in a row without an acknowledgement: nobody is there. */
const SILENT_AFTER = 3

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
    const gun = new Gun(config, context)
    let silence: NodeJS.Timeout | undefined
    const take = (messages: ScannerMessage[]): void => {
      for (const message of messages) gun.hear(message)
    }
    const listen = (): void => {
      clearTimeout(silence)
      // After a stall of this program, bytes that already wait must be read before silence is judged: setImmediate lets them in.
      silence = setTimeout(() => setImmediate(judge), endsBySilence ? SILENCE_MS : CUT_MS)
    }
    const judge = (): void => {
      take(codec.idle(context.now()))
      // A timer may be a millisecond before the clock: what still waits is judged again, or it would wait for the next scan.
      if (codec.isWaiting && !context.signal.aborted) listen()
    }
    context.link.onData((chunk) => {
      take(codec.push(chunk, context.now()))
      listen()
    })
    if (config.trigger === 'gm65') await gun.keepReading(config.triggerEvery ?? 4000)
    else {
      context.state('up')
      await sleepUntilAborted(context.signal)
    }
    clearTimeout(silence)
  },
}

/** What comes of the scanner's messages, and its trigger. */
class Gun {
  readonly #config: ScannerOptions
  readonly #context: LineContext
  /** A separator was seen: from then on a scan without one has none. */
  #proven: boolean = false
  #onAck: (() => void) | undefined
  #onScan: (() => void) | undefined

  constructor(config: ScannerOptions, context: LineContext) {
    this.#config = config
    this.#context = context
  }

  hear(message: ScannerMessage): void {
    if (message.kind === 'ack') this.#onAck?.()
    else {
      this.#onScan?.()
      if (message.kind === 'cut') this.#context.fault('SCAN_CUT', { text: message.text })
      else this.#scan(message.text)
    }
  }

  /** Triggers, waits for the scan or the end of the module's own time, and triggers again. Ends with the session. */
  async keepReading(everyMs: number): Promise<void> {
    const { signal, link } = this.#context
    let unanswered = 0
    while (!signal.aborted) {
      const acked = this.#within(ACK_MS, (done) => {
        this.#onAck = done
      })
      const scanned = this.#within(everyMs, (done) => {
        this.#onScan = done
      })
      await link.write(TRIGGER)
      unanswered = (await acked) ? 0 : unanswered + 1
      if (unanswered === 0) this.#context.state('up')
      else if (unanswered >= SILENT_AFTER) this.#context.state('down', 'DEVICE_SILENT')
      await scanned
    }
  }

  #scan(text: string): void {
    const { fault, emit, state, now } = this.#context
    const check = readCheckLabel(text)
    if (check) {
      const faults = scannerFaults(check)
      this.#proven = check.gs === 'sent'
      if (faults.length > 0) fault('SCAN_SETUP', { why: faults.join('; ') })
      else state('up')
      return
    }
    if (this.#config.aim === 'required' && !text.startsWith(']')) {
      fault('SCAN_UNKNOWN', { text })
      return
    }
    if (text.includes('\x1d')) this.#proven = true
    const lost = this.#proven ? undefined : lostSeparator(text)
    if (lost) fault('SCAN_SEPARATOR', { text, why: `(${lost.ai}) ${lost.value} ends with ${lost.swallowed}` })
    emit({ kind: 'scan', atMs: now(), text })
  }

  /** Whether `begin`'s callback was called in time. */
  #within(ms: number, begin: (done: () => void) => void): Promise<boolean> {
    const { signal } = this.#context
    return new Promise((resolve) => {
      const end = (answer: boolean): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        resolve(answer)
      }
      const stop = (): void => end(false)
      const timer = setTimeout(stop, ms)
      signal.addEventListener('abort', stop, { once: true })
      begin(() => end(true))
    })
  }
}

/** The longest timer of Node; the sleep ends by the signal. */
const FOREVER_MS = 2_147_483_647

async function sleepUntilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(FOREVER_MS, signal)
}
