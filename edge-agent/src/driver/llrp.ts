import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { encodeLlrp, LLRP, type LlrpMessage, LlrpStream } from '../codec/llrp.ts'
import { LlrpMalformed } from '../codec/llrp-parameter.ts'
import { connectionEvent, reportedTags, statusOf } from '../codec/llrp-report.ts'
import { addRoSpec, keepaliveConfig, ROSPEC_ID, roSpecId } from '../codec/llrp-rospec.ts'
import { durationMs } from '../duration.ts'
import type { AgentCode } from '../error.ts'
import type { LineContext, LineDriver } from './driver.ts'
import { type GateOptions, gateEntries, TagGate } from './tag-gate.ts'

export interface LlrpOptions extends GateOptions {
  /** Antennas to read with; none: all. */
  antennas: number[]
  /** How often the reader shows that it is alive, ms. */
  keepalive: number
}

const port = v.pipe(
  v.number('must be antenna numbers'),
  v.integer('must be antenna numbers'),
  v.minValue(1, 'must be antenna numbers from 1'),
  v.maxValue(64, 'must be antenna numbers up to 64'),
)
const options = {
  ...gateEntries,
  antennas: v.optional(v.pipe(v.array(port, 'must be a list of antenna numbers'), v.maxLength(64)), []),
  keepalive: v.optional(durationMs, '10s'),
}

const ANSWER_MS = 5000
const LOOK_MS = 100
/** A connection whose far end is gone looks open for minutes; so many keepalives must not be missing. */
const MISSED = 3

/** Readers with LLRP over TCP (Impinj, Zebra FX and others), by default at port 5084. The reader's power and mode stay as it is set. */
export const llrp: LineDriver<LlrpOptions> = {
  kind: 'llrp',
  gives: 'scan',
  needs: 'line',
  baudRate: 115_200,
  options,
  async session(config, context) {
    const session = new Session(config, context)
    try {
      await session.prepare()
      await session.listen()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (!context.signal.aborted) context.state('down', error.code, { why: error.message })
    }
    await session.leave()
  },
}

/** The session cannot go on; said so by the code and the reader's own words. */
class Refused extends Error {
  readonly code: AgentCode

  constructor(code: AgentCode, why: string) {
    super(why)
    this.code = code
  }
}

class Session {
  readonly #config: LlrpOptions
  readonly #context: LineContext
  readonly #stream = new LlrpStream()
  readonly #gate: TagGate
  readonly #answers = new Map<number, { type: number; resolve: (body: Uint8Array) => void }>()
  #nextId = 1
  #heardMs: number
  #end: Refused | undefined
  #greeted: (status: number) => void = () => undefined
  readonly #greeting: Promise<number>

  constructor(config: LlrpOptions, context: LineContext) {
    this.#config = config
    this.#context = context
    this.#gate = new TagGate(config, context)
    this.#heardMs = context.now()
    this.#greeting = new Promise((resolve) => {
      this.#greeted = resolve
    })
    context.link.onData((chunk) => this.#take(chunk))
  }

  /** Waits for the reader's greeting, clears what an earlier client has left, and starts the one inventory. @throws Refused */
  async prepare(): Promise<void> {
    const status = await this.#within(this.#greeting, 'no greeting')
    // A reader serves one client: the status says that another has it (LLRP 1.1 §15.2.7.5).
    if (status !== 0)
      throw new Refused('DEVICE_EXCEPTION', `it refuses the connection, status ${status}; another client may hold it`)
    await this.#ask(LLRP.SET_READER_CONFIG, LLRP.SET_READER_CONFIG_RESPONSE, keepaliveConfig(this.#config.keepalive))
    // Some readers refuse to delete when there is nothing: what counts is that adding works.
    await this.#ask(LLRP.DELETE_ROSPEC, LLRP.DELETE_ROSPEC_RESPONSE, roSpecId(0), true)
    await this.#ask(LLRP.ADD_ROSPEC, LLRP.ADD_ROSPEC_RESPONSE, addRoSpec(this.#config.antennas))
    await this.#ask(LLRP.ENABLE_ROSPEC, LLRP.ENABLE_ROSPEC_RESPONSE, roSpecId(ROSPEC_ID))
    await this.#ask(LLRP.START_ROSPEC, LLRP.START_ROSPEC_RESPONSE, roSpecId(ROSPEC_ID))
    this.#context.state('up')
  }

  /** Until the reader falls silent, says something that cannot be, or the session is stopped. @throws Refused */
  async listen(): Promise<void> {
    const { signal } = this.#context
    while (!signal.aborted) {
      await sleep(LOOK_MS, signal)
      this.#gate.look()
      if (this.#end) throw this.#end
      if (this.#context.now() - this.#heardMs > this.#config.keepalive * MISSED)
        throw new Refused('DEVICE_SILENT', 'no keepalive')
    }
  }

  /** Tells the reader that it is free for the next client; nobody waits for its answer. */
  async leave(): Promise<void> {
    await this.#send(LLRP.CLOSE_CONNECTION, this.#nextId).catch(() => undefined)
  }

  #take(chunk: Uint8Array): void {
    this.#heardMs = this.#context.now()
    for (const message of this.#stream.push(chunk, this.#heardMs)) {
      try {
        this.#obey(message)
      } catch (error) {
        if (!(error instanceof LlrpMalformed)) throw error
        this.#context.fault('DEVICE_FRAME', { why: error.message })
      }
    }
    const { broken } = this.#stream
    if (broken !== undefined) this.#end ??= new Refused('DEVICE_FRAME', broken)
  }

  #obey({ type, id, body }: LlrpMessage): void {
    switch (type) {
      case LLRP.KEEPALIVE:
        // A line that is gone ends the session by itself.
        this.#send(LLRP.KEEPALIVE_ACK, id).catch(() => undefined)
        break
      case LLRP.RO_ACCESS_REPORT:
        for (const tag of reportedTags(body)) this.#gate.take(tag)
        break
      case LLRP.READER_EVENT_NOTIFICATION: {
        const event = connectionEvent(body)
        if (event === 'closing') this.#end ??= new Refused('PORT_LOST', 'the reader ends the connection')
        else if (event !== undefined) this.#greeted(event)
        break
      }
      case LLRP.ERROR_MESSAGE:
        this.#end ??= new Refused('DEVICE_EXCEPTION', words(body))
        break
      default: {
        const answer = this.#answers.get(id)
        if (answer?.type === type) answer.resolve(body)
      }
    }
  }

  /** One request and its answer. @throws Refused unless the status is success or `lenient` */
  async #ask(type: number, answer: number, body: Uint8Array, lenient = false): Promise<void> {
    const id = this.#nextId++
    const answered = new Promise<Uint8Array>((resolve) => this.#answers.set(id, { type: answer, resolve }))
    try {
      await this.#send(type, id, body)
      const status = statusOf(await this.#within(answered, `no answer to ${name(type)}`))
      if (status.code !== 0 && !lenient)
        throw new Refused('DEVICE_EXCEPTION', `${name(type)}: ${status.code} ${status.text}`)
    } catch (error) {
      if (error instanceof LlrpMalformed) throw new Refused('DEVICE_FRAME', error.message)
      throw error
    } finally {
      this.#answers.delete(id)
    }
  }

  async #within<T>(work: Promise<T>, silence: string): Promise<T> {
    const stop = new AbortController()
    const late = sleep(ANSWER_MS, AbortSignal.any([stop.signal, this.#context.signal])).then(() => {
      throw this.#end ?? new Refused('DEVICE_SILENT', silence)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      late.catch(() => undefined)
      stop.abort()
    }
  }

  #send(type: number, id: number, body?: Uint8Array): Promise<void> {
    return this.#context.link.write(encodeLlrp(type, id, body))
  }
}

function words(body: Uint8Array): string {
  const { code, text } = statusOf(body)
  return `${code} ${text}`
}

function name(type: number): string {
  return Object.entries(LLRP).find(([, value]) => value === type)?.[0] ?? String(type)
}
