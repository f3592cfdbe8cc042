import { Child, type Exit, type Launch } from './child.ts'
import { freePort } from './free-port.ts'
import { START_MS } from './ledger.ts'
import { until } from './until.ts'

export interface FollowerHealth {
  status: string
  code?: string
  entries: number
  follow: { lag: number; entries: number }
}

/** A node of another organisation that follows a ledger, run by a process that can be stopped, killed and started again at the same address. */
export class TestFollower implements AsyncDisposable {
  readonly data: string
  readonly name: string
  readonly url: string
  /** The key that it cosigns by, as a policy names it. */
  readonly vkey: string
  /** How its process is started. */
  launch: Launch = {}
  #child: Child | undefined

  private constructor(data: string, name: string, url: string, vkey: string) {
    this.data = data
    this.name = name
    this.url = url
    this.vkey = vkey
  }

  /** Makes its key, so that a ledger can name it before it runs. */
  static async prepare(data: string, name = 'market.example/witness'): Promise<TestFollower> {
    const { exit, out, err } = await Child.run('ledger', ['witness-key', '--data', data, '--name', name])
    if (exit !== 0) throw new Error(err)
    return new TestFollower(data, name, `http://127.0.0.1:${await freePort()}`, out.trim())
  }

  /** The same node in a copy of its folder, at another address. */
  async at(data: string): Promise<TestFollower> {
    return new TestFollower(data, this.name, `http://127.0.0.1:${await freePort()}`, this.vkey)
  }

  get process(): Child {
    if (this.#child === undefined) throw new Error('the follower has not been started')
    return this.#child
  }

  async start(leader: string): Promise<this> {
    const { port } = new URL(this.url)
    const args = ['run', '--data', this.data, '--follow', leader, '--name', this.name, '--port', port]
    this.#child = Child.start('ledger', args, this.launch)
    await this.#child.says(/^ready (\S+) (\S+)$/m, START_MS)
    return this
  }

  stop(): Promise<Exit> {
    return this.process.stop()
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`)
  }

  async health(): Promise<FollowerHealth> {
    return (await (await this.get('/healthz')).json()) as FollowerHealth
  }

  /** Entries under the checkpoint that it serves; 0 before it has one, and while it does not answer. */
  async size(): Promise<number> {
    const response = await this.get('/checkpoint').catch(() => undefined)
    return response?.ok === true ? Number((await response.text()).split('\n')[1]) : 0
  }

  async reached(size: number, withinMs = 90_000): Promise<void> {
    await until(`the follower has ${size} entries`, async () => (await this.size()) >= size, withinMs).catch(
      (error) => {
        throw new Error(`${(error as Error).message}\n${this.process.err.split('\n').slice(-10).join('\n')}`)
      },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]()
  }
}
