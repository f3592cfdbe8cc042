import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { encodeM100, M100, M100Frames, type M100Message, multiPoll, NO_TAG, setPower } from '../codec/m100.ts'
import type { LineContext, LineDriver } from './driver.ts'
import { type GateOptions, gateEntries, TagGate } from './tag-gate.ts'

/** The bands in which it is lawful to send, by the module's own numbers. */
const REGIONS = { cn900: 1, us: 2, eu: 3, cn800: 4, kr: 6 } as const

export interface M100Options extends GateOptions {
  region: keyof typeof REGIONS
  /** dBm */
  power: number
}

const options = {
  ...gateEntries,
  /** No default: the wrong one is against the law of the place. */
  region: v.picklist(['cn900', 'cn800', 'us', 'eu', 'kr'], 'must be cn900, cn800, us, eu or kr'),
  power: v.optional(
    v.pipe(v.number('must be dBm'), v.minValue(0, 'must be 0 to 30 dBm'), v.maxValue(30, 'must be 0 to 30 dBm')),
    20,
  ),
}

/** The module answers a command within some ms; a frame of a running inventory may come first. */
const ANSWER_MS = 500
const TRIES = 3
/** The most rounds that the command can name; some 10 to 20 minutes. */
const ROUNDS = 65_535
/** A running inventory says something in every round, be it that there is no tag. Silence: it has ended, or the firmware says nothing without tags. */
const QUIET_MS = 500
const LOOK_MS = 100

/** UHF modules of the Magicrf M100 family (YRM100, R200, EL-UHF-RMT01): 115200 baud 8N1, one antenna. */
export const m100: LineDriver<M100Options> = {
  kind: 'm100',
  gives: 'scan',
  needs: 'line',
  baudRate: 115_200,
  options,
  async session(config, context) {
    const session = new Session(config, context)
    if (!(await session.prepare())) return
    await session.poll()
  },
}

/** Why a command was not obeyed: the module's code, or silence. */
type Answer = 'done' | 'silent' | { code: number }

class Session {
  readonly #config: M100Options
  readonly #context: LineContext
  readonly #codec = new M100Frames()
  readonly #gate: TagGate
  #heardMs: number
  #bad = 0
  #waiting: { command: number; resolve: (answer: Answer) => void } | undefined

  constructor(config: M100Options, context: LineContext) {
    this.#config = config
    this.#context = context
    this.#gate = new TagGate(config, context)
    this.#heardMs = context.now()
    context.link.onData((chunk) => this.#take(this.#codec.push(chunk, context.now())))
  }

  /** Stops what an earlier session has left running and sets the module; false where it does not obey. */
  async prepare(): Promise<boolean> {
    const { region, power } = this.#config
    // Some firmware says nothing to a stop when nothing runs; the settings must be answered.
    await this.#ask(M100.stop, encodeM100(M100.stop), 1)
    const steps: [number, Uint8Array][] = [
      [M100.region, encodeM100(M100.region, [REGIONS[region]])],
      [M100.setPower, setPower(Math.round(power * 100))],
    ]
    for (const [command, bytes] of steps) {
      const answer = await this.#ask(command, bytes)
      if (this.#context.signal.aborted) return false
      if (answer === 'done') continue
      if (answer === 'silent') this.#context.state('down', 'DEVICE_SILENT')
      else this.#context.state('down', 'DEVICE_EXCEPTION', { why: `${name(command)}: code ${answer.code}` })
      return false
    }
    this.#context.state('up')
    return true
  }

  /** Inventories without end: started again when it ends. A module that no longer answers ends the session. */
  async poll(): Promise<void> {
    const { signal } = this.#context
    while (!signal.aborted) {
      await this.#context.link.write(multiPoll(ROUNDS))
      this.#heardMs = this.#context.now()
      while (!signal.aborted && this.#context.now() - this.#heardMs < QUIET_MS) {
        await sleep(LOOK_MS, signal)
        this.#take(this.#codec.idle(this.#context.now()))
        this.#gate.look()
      }
      if (signal.aborted) break
      // Quiet because nothing is there, or because nobody is: the answer to "stop", or to a question, tells which.
      if ((await this.#ask(M100.stop, encodeM100(M100.stop), 1)) !== 'silent') continue
      if ((await this.#ask(M100.getPower, encodeM100(M100.getPower))) !== 'silent') continue
      if (!signal.aborted) this.#context.state('down', 'DEVICE_SILENT')
      return
    }
    await this.#context.link.write(encodeM100(M100.stop)).catch(() => undefined)
  }

  async #ask(command: number, bytes: Uint8Array, tries: number = TRIES): Promise<Answer> {
    const { link, signal } = this.#context
    for (let attempt = 0; attempt < tries && !signal.aborted; attempt++) {
      const answered = new Promise<Answer>((resolve) => {
        this.#waiting = { command, resolve }
      })
      await link.write(bytes)
      const answer = await Promise.race([answered, sleep(ANSWER_MS, signal).then((): Answer => 'silent')])
      this.#waiting = undefined
      if (answer !== 'silent') return answer
      this.#take(this.#codec.idle(this.#context.now()))
    }
    return 'silent'
  }

  #take(messages: readonly M100Message[]): void {
    for (const message of messages) {
      this.#heardMs = this.#context.now()
      if (message.kind === 'tag') {
        this.#gate.take({ epc: message.epc, pc: message.pc, antenna: 1, rssi: message.rssi, count: 1 })
      } else if (message.kind === 'damaged') this.#context.fault('DEVICE_FRAME', { why: message.why })
      else this.#answer(message)
    }
    const damaged = messages.filter(({ kind }) => kind === 'damaged').length
    const { bad } = this.#codec.stats
    if (bad > this.#bad + damaged) this.#context.fault('DEVICE_FRAME', { why: 'checksum' })
    this.#bad = bad
  }

  #answer(message: M100Message & { kind: 'reply' | 'failure' }): void {
    const waiting = this.#waiting
    if (!waiting) return
    if (message.kind === 'failure') {
      if (message.code !== NO_TAG) waiting.resolve({ code: message.code })
      return
    }
    if (message.command !== waiting.command) return
    const code = message.params[0] ?? 0
    waiting.resolve(code === 0 ? 'done' : { code })
  }
}

function name(command: number): string {
  return Object.entries(M100).find(([, value]) => value === command)?.[0] ?? String(command)
}
