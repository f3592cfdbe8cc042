import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { AsciiLine, type AsciiMessage } from '../codec/ascii-line.ts'
import { parseTemplate, type Template } from '../codec/text-template.ts'
import { durationMs } from '../duration.ts'
import type { AgentCode, Fields } from '../error.ts'
import type { LineContext, LineDriver, Quantity } from './driver.ts'

/** What a field of a template measures: its EPCIS type, and the units that it may be in. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  Temperature: ['CEL', 'FAH', 'KEL'],
  RelativeHumidity: ['P1'],
  Pressure: ['A97'],
  Illuminance: ['LUX'],
  MassConcentration: ['GP'],
  Mass: ['KGM', 'GRM'],
  Voltage: ['VLT'],
}

const TEMPLATE = `must be a line with fields such as "T={Temperature} H={RelativeHumidity}"; fields: ${Object.keys(TYPES).join(', ')}, and {*} for anything`

const unit = v.picklist(Object.values(TYPES).flat(), `must be one of ${Object.values(TYPES).flat().join(', ')}`)

const options = {
  /** What the logger says, `Temp-Inner:{Temperature} [C],{RelativeHumidity} [%RH]`. */
  line: v.pipe(
    v.string(TEMPLATE),
    v.check((text) => parseTemplate(text)?.names.every((name) => name in TYPES) ?? false, TEMPLATE),
  ),
  /** What ends a line: one printable character, or CR and LF. */
  end: v.optional(
    v.pipe(v.string(), v.regex(/^[!-~]?$/, 'must be one printable character, or empty for line ends')),
    '',
  ),
  /** What the logger is asked with; empty for one that speaks by itself. */
  request: v.optional(v.pipe(v.string(), v.regex(/^[ -~]{0,64}$/, 'must be up to 64 printable characters')), ''),
  requestEnd: v.optional(v.picklist(['none', 'cr', 'lf', 'crlf'], 'must be none, cr, lf or crlf'), 'none'),
  units: v.optional(v.record(v.picklist(Object.keys(TYPES)), unit), {}),
  /** Temperatures that the logger gives when it has no measurement. */
  sentinels: v.optional(v.pipe(v.array(v.number()), v.maxLength(16)), [-127, 85, 999.9, -999]),
  /** Asked twice, two answers may differ by so much. */
  confirm: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 0.5),
  every: v.optional(durationMs, '60s'),
  timeout: v.optional(durationMs, '2s'),
}

export interface AsciiLineOptions {
  line: string
  end: string
  request: string
  requestEnd: 'none' | 'cr' | 'lf' | 'crlf'
  units: Partial<Record<string, string>>
  sentinels: number[]
  confirm: number
  every: number
  timeout: number
}

const REQUEST_ENDS = { none: '', cr: '\r', lf: '\n', crlf: '\r\n' } as const
/** So many polls in a row without a reading: the line is opened again. */
const REOPEN_AFTER = 5
/** Text has no check sum. Three answers find two that agree, when one was hit by noise. */
const ASKS = 3
/** Who is silent twice is silent. */
const SILENT_ASKS = 2
/** After a silence so many times the time-out is let pass, unheard. */
const QUIET_TIMES = 4
const QUIET_MAX_MS = 3000

type Outcome = { quantities: Quantity[] } | { code: AgentCode; fields: Fields }

/** Loggers that speak lines of text: PCsensor's TEMPerX232, Arduino and other home-made ones. */
export const asciiLine: LineDriver<AsciiLineOptions> = {
  kind: 'ascii-line',
  gives: 'reading',
  needs: 'line',
  baudRate: 9600,
  options,
  async session(config, context) {
    const template = parseTemplate(config.line)!
    const inbox = new Inbox(config, context)
    let failed = 0
    while (!context.signal.aborted) {
      const startMs = context.now()
      const outcome =
        config.request === ''
          ? await heard(inbox, template, config, context)
          : await asked(inbox, template, config, context)
      if (context.signal.aborted) return
      const atMs = context.now()
      if ('quantities' in outcome) {
        failed = 0
        context.state('up')
        context.emit({ kind: 'reading', atMs, quantities: outcome.quantities })
      } else {
        failed++
        context.fault(outcome.code, outcome.fields)
        context.state(failed < REOPEN_AFTER ? 'degraded' : 'down', outcome.code, outcome.fields)
        context.emit({ kind: 'missing', atMs, code: outcome.code })
        if (failed % REOPEN_AFTER === 0) return
      }
      if (config.request !== '') await sleep(Math.max(0, startMs + config.every - context.now()), context.signal)
    }
  },
}

/** The next line of a logger that speaks by itself; its silence is noticed after two and a half of its periods. */
async function heard(
  inbox: Inbox,
  template: Template,
  config: AsciiLineOptions,
  context: LineContext,
): Promise<Outcome> {
  const before = inbox.bytes
  const message = await inbox.next(Math.max(config.every * 2.5, config.timeout), context.signal)
  if (message) return outcomeOf(message, template, config)
  const came = inbox.bytes - before
  if (came === 0) return { code: 'DEVICE_SILENT', fields: {} }
  return { code: 'DEVICE_FRAME', fields: { why: `no whole line in ${came} bytes` } }
}

/** Asks until two answers agree: without a check sum a flipped bit is a believable number. */
async function asked(
  inbox: Inbox,
  template: Template,
  config: AsciiLineOptions,
  context: LineContext,
): Promise<Outcome> {
  const answers: Quantity[][] = []
  let silent = 0
  let outcome: Outcome = { code: 'DEVICE_SILENT', fields: {} }
  for (let i = 0; i < ASKS && !context.signal.aborted; i++) {
    const before = inbox.clear()
    // Listened for before the question is out: a quick instrument answers while it is being sent.
    const answer = inbox.next(config.timeout, context.signal)
    await context.link.write(new TextEncoder().encode(config.request + REQUEST_ENDS[config.requestEnd]))
    const message = await answer
    if (!message) {
      const came = inbox.bytes - before
      // A late answer must not be taken for the next one's: its time is let pass.
      await sleep(Math.min(config.timeout * QUIET_TIMES, QUIET_MAX_MS), context.signal)
      outcome =
        came === 0
          ? { code: 'DEVICE_SILENT', fields: {} }
          : { code: 'DEVICE_FRAME', fields: { why: `no whole line in ${came} bytes` } }
      if (++silent >= SILENT_ASKS) break
      continue
    }
    outcome = outcomeOf(message, template, config)
    if (!('quantities' in outcome)) continue
    const { quantities } = outcome
    if (quantities.every(({ flag }) => flag !== undefined)) return outcome
    if (answers.some((before) => agree(before, quantities, config.confirm))) return outcome
    if (answers.push(quantities) > 1) context.fault('DEVICE_FRAME', { why: 'two answers differ' })
  }
  if (!('quantities' in outcome)) return outcome
  return { code: 'DEVICE_FRAME', fields: { why: 'no two answers agree' } }
}

function agree(a: readonly Quantity[], b: readonly Quantity[], within: number): boolean {
  const most = Math.round(within * 1000)
  return a.length === b.length && a.every(({ milli }, i) => Math.abs(milli - b[i]!.milli) <= most)
}

function outcomeOf(message: AsciiMessage, template: Template, config: AsciiLineOptions): Outcome {
  const values = message.kind === 'line' ? template.read(message.text) : undefined
  if (!values)
    return { code: 'DEVICE_FRAME', fields: { why: `"${message.text.slice(0, 80)}" is not of the configured form` } }
  // A line that says of one value that it has none is used for none: its element is in trouble.
  if ([...values.values()].some(Number.isNaN))
    return { code: 'DEVICE_VALUE', fields: { why: message.text.slice(0, 80) } }
  // Zeros in all of several values are a dead element, not air.
  if (values.size > 1 && [...values.values()].every((milli) => milli === 0))
    return { code: 'DEVICE_VALUE', fields: { why: message.text.slice(0, 80) } }
  return { quantities: [...values].map(([type, milli]) => quantityOf(type, milli, config)) }
}

function quantityOf(type: string, milli: number, { units, sentinels }: AsciiLineOptions): Quantity {
  const told = units[type] ?? TYPES[type]![0]!
  const flags =
    type === 'Temperature' && sentinels.some((sentinel) => Math.round(sentinel * 1000) === milli)
      ? ({ flag: 'bad', why: 'sentinel' } as const)
      : impossible(type, celsius(milli, told))
        ? ({ flag: 'bad', why: 'range' } as const)
        : {}
  return {
    type,
    milli: type === 'Temperature' ? celsius(milli, told) : milli,
    uom: type === 'Temperature' ? 'CEL' : told,
    ...flags,
  }
}

/** Thousandths of a degree Celsius, rounded once. */
function celsius(milli: number, told: string): number {
  if (told === 'FAH') return Math.round(((milli - 32_000) * 5) / 9)
  return told === 'KEL' ? milli - 273_150 : milli
}

function impossible(type: string, milli: number): boolean {
  if (type === 'RelativeHumidity') return milli < 0 || milli > 100_000
  return type === 'Temperature' && (milli < -273_150 || milli > 2_000_000)
}

/** Lines as they come; only what comes while one is waited for counts. */
class Inbox {
  readonly #codec: AsciiLine
  #waiting: ((message: AsciiMessage | undefined) => void) | undefined
  #cut: NodeJS.Timeout | undefined

  constructor({ end, request }: AsciiLineOptions, context: LineContext) {
    this.#codec = new AsciiLine(end)
    const take = (messages: readonly AsciiMessage[]): void => {
      for (const message of messages) {
        // An adapter with local echo gives the request back in front of the answer.
        const text =
          request !== '' && message.text.startsWith(request) ? message.text.slice(request.length).trim() : message.text
        if (text !== '') this.#waiting?.({ kind: message.kind, text })
      }
    }
    context.link.onData((chunk) => {
      clearTimeout(this.#cut)
      take(this.#codec.push(chunk, context.now()))
      this.#cut = setTimeout(() => take(this.#codec.idle(context.now())), 520)
    })
    context.signal.addEventListener('abort', () => clearTimeout(this.#cut), { once: true })
  }

  get bytes(): number {
    return this.#codec.stats.bytes
  }

  /** What came before a question is no answer to it. @returns how many bytes have come so far */
  clear(): number {
    this.#codec.reset()
    return this.#codec.stats.bytes
  }

  next(ms: number, signal: AbortSignal): Promise<AsciiMessage | undefined> {
    return new Promise((resolve) => {
      const end = (message?: AsciiMessage): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        this.#waiting = undefined
        resolve(message)
      }
      const stop = (): void => end()
      const timer = setTimeout(stop, ms)
      signal.addEventListener('abort', stop, { once: true })
      this.#waiting = end
      if (signal.aborted) stop()
    })
  }
}
