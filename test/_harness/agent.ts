import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '@tristamp/protocol'
import { Child, type Exit } from './child.ts'
import { STATION } from './goods.ts'
import { until } from './until.ts'

export interface AgentOptions {
  ports: Readonly<Record<string, string>>
  mqttUrl: string
  ackKey: string
  /** The certificate by which it knows the ledger. */
  ca?: string
  /** Where its key and outbox lie; beside its configuration unless told. */
  data?: string
  /** Its own page. */
  page?: object
}

/** status.json, as far as tests look at it. */
export interface StatusView {
  pid: number
  at: string
  state: string
  outbox: { next: number; acked: number; unsigned: number }
  devices: Record<string, { state: string; code?: string }>
  errors: Record<string, number>
}

/** A gateway with its configuration and key in a folder, run by a process that can be stopped, killed and started again. */
export class TestAgent implements AsyncDisposable {
  readonly name = 'gw1'
  readonly config: string
  /** What `init` asks to be enrolled. */
  readonly request: Operation
  readonly #data: string
  readonly #children: Child[] = []

  private constructor(config: string, data: string, request: Operation) {
    this.config = config
    this.#data = data
    this.request = request
  }

  static async init(folder: string, options: AgentOptions): Promise<TestAgent> {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'gateway.yaml')
    const data = options.data ?? join(folder, 'data')
    writeFileSync(file, JSON.stringify(configuration({ ...options, data }), null, 2))
    const { exit, out, err } = await Child.run('agent', ['init', '--config', file])
    if (exit !== 0) throw new Error(err)
    return new TestAgent(file, data, JSON.parse(out) as Operation)
  }

  get process(): Child {
    return this.#children.at(-1)!
  }

  /** All that it ever printed, over all its starts. */
  get log(): string {
    return this.#children.map((child) => child.err).join('')
  }

  /** Starts it; it stamps from here on, connected or not. */
  start(): void {
    this.#children.push(Child.start('agent', ['run', '--config', this.config]))
  }

  /** Waits until every device that is there is up. */
  async ready(): Promise<void> {
    for (const device of ['thermo', 'scanner', 'gnss']) await this.process.says(new RegExp(`device ${device} is up`))
    await this.process.says(/clock set by GNSS/)
  }

  stop(): Promise<Exit> {
    return this.process.stop()
  }

  status(): StatusView | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#data, 'status.json'), 'utf8')) as StatusView
    } catch {
      return undefined
    }
  }

  /** Waits until its own status counts this error. */
  async counts(code: string): Promise<void> {
    await until(`status.json counts ${code}`, () => (this.status()?.errors[code] ?? 0) > 0)
  }

  /**
   * Waits until all that this process has accepted is acknowledged by the ledger. Its status follows what it does by a second and more: one from before
   * its last words, or of the process before it, tells nothing.
   */
  async drained(withinMs = 90_000): Promise<void> {
    const empty = ({ outbox }: StatusView): boolean => outbox.unsigned === 0 && outbox.acked === outbox.next
    const look = (): boolean => {
      const status = this.status()
      if (status?.pid !== this.process.pid || Date.parse(status.at) < this.process.heardAtMs) return false
      return status.state === 'online' && empty(status)
    }
    await until('the outbox is empty', look, withinMs).catch((error: Error) => {
      throw new Error(
        `${error.message}: ${JSON.stringify(this.status())}\n${this.log.split('\n').slice(-20).join('\n')}`,
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) await child[Symbol.asyncDispose]()
  }
}

function configuration({ ports, mqttUrl, ackKey, ca, data, page }: AgentOptions & { data: string }): object {
  const uri = 'https://id.gs1.org/8004/9506000134GW1'
  return {
    gateway: {
      org: 'test',
      id: 'gw1',
      uri,
      station: STATION,
      roles: ['commission', 'ship', 'pack', 'observe'],
      zone: 'Asia/Shanghai',
    },
    data,
    uplink: { url: mqttUrl, ledgerKey: ackKey, ackTimeout: '3s', ...(ca !== undefined && { ca }) },
    batch: { flushMs: 100, maxEvents: 64 },
    ...(page !== undefined && { page }),
    place: { source: 'gnss', device: 'gnss' },
    // The machine that runs the tests may have been started a minute ago.
    clock: { source: 'gnss', device: 'gnss', almanac: '1ms' },
    devices: [
      { id: 'thermo', driver: 'modbus-th', port: ports['site.thermo'], every: '500ms', timeout: '150ms' },
      { id: 'scanner', driver: 'scanner', port: ports['site.scanner'], baudRate: 38_400 },
      { id: 'gnss', driver: 'nmea', port: ports['site.gnss'], baudRate: 38_400 },
    ],
    stations: [
      {
        id: 'dock',
        scanner: 'scanner',
        thermometer: 'thermo',
        start: 'commission',
        actions: { commission: {}, pack: {}, ship: {} },
      },
    ],
  }
}
