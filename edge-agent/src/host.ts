import { equal } from '@tristamp/protocol'
import { type RunningAgent, startAgent } from './agent.ts'
import { changeBetween } from './config-diff.ts'
import type { AgentConfig } from './config-types.ts'
import { type AgentError, asAgentError } from './error.ts'
import type { Log } from './log.ts'

export interface HostOptions {
  /** Reads the configuration anew. @throws AgentError CONFIG_* */
  load(): AgentConfig
  log: Log
}

/** A start takes two seconds; one that repairs a large outbox, some more. */
const START_MS = 120_000

const IN_FORCE = '· the configuration of before stays in force'

/** The program around a gateway: it goes over to another configuration, or to what the ledger has enrolled, while the gateway runs. */
export class Host implements AsyncDisposable {
  readonly #options: HostOptions
  readonly #stop = new AbortController()
  #config: AgentConfig
  #agent: RunningAgent | undefined
  /** Since when there is none, while it begins anew. */
  #betweenMs = 0
  #busy: Promise<void> = Promise.resolve()
  #failed: (error: AgentError) => void = () => undefined
  /** Rejects when no configuration can be started any more; otherwise it never settles. */
  readonly failed: Promise<never>

  private constructor(config: AgentConfig, options: HostOptions) {
    this.#config = config
    this.#options = options
    this.failed = new Promise((_, reject) => {
      this.#failed = reject
    })
    this.failed.catch(() => undefined)
  }

  /** @throws AgentError as startAgent */
  static async start(config: AgentConfig, options: HostOptions): Promise<Host> {
    const host = new Host(config, options)
    host.#agent = await host.#start(config)
    return host
  }

  /** Whether it works: systemd starts a gateway anew that does not. */
  get alive(): boolean {
    return this.#agent?.alive ?? performance.now() - this.#betweenMs < START_MS
  }

  /** Reads the file again. A bad one changes nothing, and is reported. Resolves when it is done; never rejects. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#reload(true))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#busy
    await this.#agent?.[Symbol.asyncDispose]()
  }

  async #reload(asked: boolean): Promise<void> {
    const { load, log } = this.#options
    let next: AgentConfig
    try {
      next = load()
    } catch (thrown) {
      await this.#agent?.refused(asAgentError(thrown))
      log.info(IN_FORCE)
      return
    }
    const named = next.enrolled.enrolment?.kid
    const isOtherKey = named !== undefined && this.#agent !== undefined && !equal(named, this.#agent.kid)
    const change = isOtherKey ? 'whole' : changeBetween(this.#config, next)
    if (change === 'none') {
      if (asked) log.info('· the configuration is as before')
      return
    }
    if (change === 'parts') await this.#agent?.reconfigure(next)
    else if (!(await this.#restart(next))) return
    this.#config = next
    if (asked) log.info('· the configuration was read again')
  }

  /** Stops and starts the gateway; with the configuration of before, when it does not start with the new one. */
  async #restart(next: AgentConfig): Promise<boolean> {
    await this.#agent?.[Symbol.asyncDispose]()
    this.#agent = undefined
    this.#betweenMs = performance.now()
    try {
      this.#agent = await this.#start(next)
      return true
    } catch (thrown) {
      if (this.#stop.signal.aborted) return false
      this.#agent = await this.#start(this.#config)
      await this.#agent.refused(asAgentError(thrown))
      this.#options.log.info(IN_FORCE)
      return false
    }
  }

  #start(config: AgentConfig): Promise<RunningAgent> {
    const enrolled = (): void => void this.#inTurn(() => this.#reload(false))
    return startAgent(config, this.#stop.signal, this.#options.log, { enrolled })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#busy = this.#busy
      .then(() => (this.#stop.signal.aborted ? undefined : work()))
      .catch((thrown: unknown) => this.#failed(asAgentError(thrown)))
    return this.#busy
  }
}
