import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { works } from './tools.ts'
import { until } from './until.ts'

/** Who may log in: the gateways as their enrolment names them, and the ledger. */
export type Accounts = Readonly<Record<string, string>>

interface Recipe {
  /** Of Debian's package. */
  readonly package: string
  readonly program: string
  /** Writes what the broker reads, and says how it is started. */
  prepare(folder: string, port: number, accounts: Accounts): { args: string[]; env?: NodeJS.ProcessEnv }
}

/** Keeps its state in memory, and on disk every half hour: what a kill loses is what people run. */
const mosquitto: Recipe = {
  package: 'mosquitto',
  program: '/usr/sbin/mosquitto',
  prepare(folder, port, accounts) {
    const passwords = join(folder, 'passwords')
    writeFileSync(
      passwords,
      Object.entries(accounts)
        .map(([name, password]) => `${name}:${mosquittoHash(password)}\n`)
        .join(''),
      {
        mode: 0o600,
      },
    )
    const acl = join(folder, 'acl')
    writeFileSync(
      acl,
      [
        'pattern write tristamp/v1/%u/batch',
        'pattern write tristamp/v1/%u/evidence',
        'pattern write tristamp/v1/%u/evidence-lost',
        'pattern readwrite tristamp/v1/%u/status',
        'pattern read tristamp/v1/%u/ack',
        'pattern read tristamp/v1/%u/enrolment',
        'pattern read tristamp/v1/notices/#',
        'user ledger',
        'topic read tristamp/v1/+/+/batch',
        'topic read tristamp/v1/+/+/evidence',
        'topic read tristamp/v1/+/+/evidence-lost',
        'topic read tristamp/v1/+/+/status',
        'topic write tristamp/v1/+/+/ack',
        'topic write tristamp/v1/+/+/enrolment',
        'topic write tristamp/v1/notices/#',
        '',
      ].join('\n'),
    )
    const config = join(folder, 'mosquitto.conf')
    writeFileSync(
      config,
      [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous false',
        `password_file ${passwords}`,
        `acl_file ${acl}`,
        'persistence true',
        `persistence_location ${folder}/`,
        'max_queued_messages 0',
        'user root',
        '',
      ].join('\n'),
    )
    return { args: ['-c', config] }
  },
}

const rabbitmq: Recipe = {
  package: 'rabbitmq-server',
  program: '/usr/lib/rabbitmq/bin/rabbitmq-server',
  prepare(folder, port, accounts) {
    const all = { configure: '.*', write: '.*', read: '.*' }
    const definitions = {
      vhosts: [{ name: '/' }],
      users: Object.entries(accounts).map(([name, password]) => ({
        name,
        password_hash: saltedSha256(password),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: [],
      })),
      permissions: Object.keys(accounts).map((user) => ({ user, vhost: '/', ...all })),
    }
    const [config, plugins, defined] = ['rabbitmq.conf', 'plugins', 'definitions.json'].map((name) =>
      join(folder, name),
    )
    writeFileSync(defined!, JSON.stringify(definitions))
    writeFileSync(plugins!, '[rabbitmq_mqtt].\n')
    writeFileSync(
      config!,
      [
        'listeners.tcp = none',
        `mqtt.listeners.tcp.default = 127.0.0.1:${port}`,
        'mqtt.allow_anonymous = false',
        `load_definitions = ${defined}`,
        'vm_memory_high_watermark.relative = 0.6',
        'disk_free_limit.absolute = 50MB',
        '',
      ].join('\n'),
    )
    const name = `tristamp${port}@localhost`
    return {
      args: [],
      env: {
        HOME: folder,
        RABBITMQ_NODENAME: name,
        RABBITMQ_CONFIG_FILE: config,
        RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        // What a broker that was killed leaves behind stays here, too.
        ERL_CRASH_DUMP: join(folder, 'erl_crash.dump'),
        // Its own distribution port, and of this machine only.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
        ERL_EPMD_ADDRESS: '127.0.0.1',
      },
    }
  },
}

const RECIPES = { mosquitto, rabbitmq } as const
export type Kind = keyof typeof RECIPES
export const KINDS = Object.keys(RECIPES) as Kind[]

/** Whether the broker is installed; says so where it is not. */
export function installed(kind: Kind): boolean {
  const { program, package: name } = RECIPES[kind]
  const there = existsSync(program) && (kind !== 'rabbitmq' || works('erl', '-noshell', '-eval', 'halt(0).'))
  if (!there) console.log(`${kind}: not installed (apt-get install ${name}); its tests are left out`)
  return there
}

/** An MQTT broker of others as a process of its own, that can be killed and started again on the same port and files. */
export class TestBroker implements AsyncDisposable {
  readonly url: string
  readonly #program: string
  readonly #port: number
  readonly #start: { args: string[]; env?: NodeJS.ProcessEnv }
  #child: ChildProcess | undefined
  #said = ''

  private constructor(program: string, port: number, start: { args: string[]; env?: NodeJS.ProcessEnv }) {
    this.url = `mqtt://127.0.0.1:${port}`
    this.#program = program
    this.#port = port
    this.#start = start
  }

  static async start(kind: Kind, folder: string, accounts: Accounts): Promise<TestBroker> {
    mkdirSync(folder, { recursive: true })
    const recipe = RECIPES[kind]
    const port = await freePort()
    const broker = new TestBroker(recipe.program, port, recipe.prepare(folder, port, accounts))
    await broker.run()
    return broker
  }

  async run(): Promise<void> {
    const { args, env } = this.#start
    // A group of its own: RabbitMQ is a script, and the kill must reach the machine that it starts.
    const child = spawn(this.#program, args, { env: { ...process.env, ...env }, detached: true })
    this.#child = child
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-4000)
      })
    }
    await until('the broker listens', () => listens(this.#port), 90_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#said}`)
    })
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const over = new Promise((resolve) => child.once('exit', resolve))
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
    await over
    await until('the port is free', async () => !(await listens(this.#port)), 60_000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Mosquitto's `$7$iterations$salt$hash`, PBKDF2 with SHA-512. */
function mosquittoHash(password: string): string {
  const salt = randomBytes(12)
  const rounds = 101
  const hash = pbkdf2Sync(password, salt, rounds, 64, 'sha512')
  return `$7$${rounds}$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** RabbitMQ's salted SHA-256: four bytes of salt before the hash. */
function saltedSha256(password: string): string {
  const salt = randomBytes(4)
  const hash = createHash('sha256').update(salt).update(password).digest()
  return Buffer.concat([salt, hash]).toString('base64')
}
