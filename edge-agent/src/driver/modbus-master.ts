import { sleep } from '../backoff.ts'
import { encodeRequest, type ModbusReply, type ModbusRequest, ModbusRtu } from '../codec/modbus-rtu.ts'
import type { AgentCode, Fields } from '../error.ts'
import type { LineContext } from './driver.ts'

export type Answer = { reply: ModbusReply } | { code: AgentCode; fields: Fields }

/**
 * RTU has no numbers on its messages, so a late reply would answer the next request. After a silence so many times its time is let pass, unheard;
 * transmitters that were measured answer within a tenth of a second or not at all.
 */
const QUIET_TIMES = 4
const QUIET_MAX_MS = 3000

/** One request at a time on the line, with its waiting. It reads only: nothing is ever written to an instrument. */
export class ModbusMaster {
  readonly #codec = new ModbusRtu()
  readonly #context: LineContext
  readonly #timeoutMs: number
  #answered: ((reply: ModbusReply) => void) | undefined

  constructor(context: LineContext, timeoutMs: number) {
    this.#context = context
    this.#timeoutMs = timeoutMs
    context.link.onData((chunk) => {
      for (const reply of this.#codec.push(chunk, context.now())) this.#answered?.(reply)
    })
  }

  async ask(request: ModbusRequest): Promise<Answer> {
    const { link, signal } = this.#context
    const answer = link.turn ? await link.turn(() => this.#exchange(request)) : await this.#exchange(request)
    if ('reply' in answer) return answer
    const quietMs =
      answer.code === 'DEVICE_SILENT' ? Math.min(this.#timeoutMs * QUIET_TIMES, QUIET_MAX_MS) : this.#timeoutMs
    // Out of turn: a late reply bears its own unit's number, so that others are not deceived by it.
    await sleep(Math.max(quietMs, this.#timeoutMs), signal)
    return answer
  }

  async #exchange(request: ModbusRequest): Promise<Answer> {
    // Its turn may come after the end.
    if (this.#context.signal.aborted) return { code: 'DEVICE_SILENT', fields: {} }
    this.#codec.expect(request)
    try {
      const first = this.#reply()
      await this.#context.link.write(encodeRequest(request))
      const reply = await first
      return reply ? { reply } : this.#flaw()
    } finally {
      this.#answered = undefined
      this.#codec.reset()
    }
  }

  /** Why there was no reply: nothing came, or what came was not it. */
  #flaw(): { code: AgentCode; fields: Fields } {
    const { heard, foreign } = this.#codec
    if (foreign) {
      const why = `unit ${foreign.unit} answers, with function ${foreign.fn}`
      return { code: 'DEVICE_PROFILE', fields: { why } }
    }
    if (heard === 0) return { code: 'DEVICE_SILENT', fields: {} }
    return { code: 'DEVICE_FRAME', fields: { why: `no whole frame in ${heard} bytes` } }
  }

  /** The next reply, or undefined when its time is over. */
  #reply(): Promise<ModbusReply | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), this.#timeoutMs)
      this.#answered = (reply) => {
        clearTimeout(timer)
        resolve(reply)
      }
    })
  }
}
