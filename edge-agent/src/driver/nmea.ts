import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { Nmea, type NmeaMessage } from '../codec/nmea.ts'
import { durationMs } from '../duration.ts'
import type { DriverContext, LineDriver } from './driver.ts'

const options = {
  /** Above this dilution the geometry is too poor for a stamp. */
  hdopMax: v.optional(v.pipe(v.number(), v.minValue(0.5), v.maxValue(50, 'must be 0.5 to 50')), 5),
  /** A receiver speaks every second or so even without a fix: longer silence is a dead line. */
  silence: v.optional(durationMs, '10s'),
  /**
   * For so long after a cold start a fix is not used: until the almanac has come, receivers without a battery may be off by the leap seconds.
   */
  settle: v.optional(durationMs),
}

export interface NmeaOptions {
  hdopMax: number
  silence: number
  settle?: number | undefined
}

/** User equivalent range error of a single-frequency receiver: one standard deviation per unit of HDOP, in metres. */
const RANGE_ERROR_M = 5
/** A receiver whose week counter rolled over is 1,024 weeks (19.6 years) behind: nothing from before this program is a date. */
const EARLIEST_MS = Date.UTC(2025, 0, 1)

/** GNSS receivers that speak NMEA-0183. */
export const nmea: LineDriver<NmeaOptions> = {
  kind: 'nmea',
  gives: 'fix',
  needs: 'line',
  baudRate: 9600,
  options,
  async session(config, context) {
    const codec = new Nmea()
    // Bytes at a wrong rate, or a receiver's own binary protocol, are no sentences: only these show that it is well.
    let heardMs = context.now()
    let good = 0
    let bytes = 0
    const trust = new Trust(config)
    let bad = 0
    let epochMs = context.now()
    context.link.onData((chunk) => {
      const nowMs = context.now()
      for (const message of codec.push(chunk, nowMs)) {
        epochMs = nowMs
        give(message, trust, context)
      }
      if (codec.stats.good > good) {
        heardMs = nowMs
        bytes = codec.stats.bytes
      }
      good = codec.stats.good
      if (codec.stats.bad === bad) return
      bad = codec.stats.bad
      context.fault('DEVICE_FRAME', { why: 'a sentence is damaged' })
    })
    while (!context.signal.aborted) {
      await sleep(Math.max(0, heardMs + config.silence - context.now()) + 1, context.signal)
      if (context.signal.aborted) return
      if (context.now() - heardMs < config.silence) {
        // It speaks, but never says where and when together: else nobody would be told.
        if (context.now() - epochMs >= config.silence) {
          epochMs = context.now()
          give({ kind: 'no-fix', why: 'no GGA and RMC of the same instant: switch both on' }, trust, context)
        }
        continue
      }
      const unread = codec.stats.bytes - bytes
      if (unread === 0) context.state('down', 'DEVICE_SILENT')
      else context.state('down', 'DEVICE_FRAME', { why: `no sentence in ${unread} bytes` })
      context.emit({
        kind: 'no-fix',
        atMs: context.now(),
        why: unread === 0 ? 'the receiver is silent' : 'no sentences',
      })
      return
    }
  },
}

function give(message: NmeaMessage, trust: Trust, context: DriverContext): void {
  const doubt = message.kind === 'no-fix' ? message.why : trust.doubt(message, context)
  if (message.kind === 'no-fix' || doubt !== undefined) {
    const why = doubt ?? ''
    context.state('degraded', 'GNSS_NO_FIX', { why })
    context.emit({ kind: 'no-fix', atMs: context.now(), why })
    return
  }
  context.state('up')
  const { atMs, utcMs, latE7, lonE7, satellites, hdopMilli } = message
  const accuracyM = Math.max(1, Math.ceil((hdopMilli * RANGE_ERROR_M) / 1000))
  context.emit({ kind: 'fix', atMs, utcMs, latE7, lonE7, accuracyM, satellites })
}

/** What makes a fix not good enough for a stamp. */
class Trust {
  readonly #config: NmeaOptions
  #lastUtcMs: number | undefined
  #firstFixMs: number | undefined

  constructor(config: NmeaOptions) {
    this.#config = config
  }

  /** Why this fix is not used, if so. */
  doubt(fix: NmeaMessage & { kind: 'fix' }, context: DriverContext): string | undefined {
    const { hdopMax, settle = 0 } = this.#config
    const stands = fix.utcMs === this.#lastUtcMs
    this.#lastUtcMs = fix.utcMs
    this.#firstFixMs ??= fix.atMs
    if (fix.hdopMilli > hdopMax * 1000) return `HDOP ${fix.hdopMilli / 1000} above ${hdopMax}`
    if (fix.utcMs < EARLIEST_MS) {
      context.fault('GNSS_IMPLAUSIBLE', { why: `the date ${new Date(fix.utcMs).toISOString()}` })
      return 'the date is not believable'
    }
    // A receiver that hung goes on repeating where it was.
    if (stands) return 'its time stands still'
    return fix.atMs - this.#firstFixMs < settle ? 'it has just started' : undefined
  }
}
