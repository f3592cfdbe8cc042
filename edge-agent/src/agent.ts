import { sleep } from './backoff.ts'
import { Clock } from './clock.ts'
import type { AgentConfig, ConfiguredDevice } from './config-types.ts'
import { Disk } from './disk.ts'
import { drivers, type Measurement, supervise } from './driver/index.ts'
import { AgentError, asAgentError } from './error.ts'
import { Fixes } from './fix.ts'
import { Health } from './health.ts'
import { Holdings } from './holding.ts'
import { readKeyFile, readLoginFile } from './key-file.ts'
import { LimitWatch } from './limits.ts'
import { createLog, type Log } from './log.ts'
import { Outbox } from './outbox.ts'
import { paths } from './paths.ts'
import { Signer } from './signer.ts'
import { type Stamp, takeStamp } from './stamp.ts'
import { Station } from './station/index.ts'
import { Store } from './store.ts'
import { Thermometer } from './thermometer.ts'
import { Uplink } from './uplink.ts'
import { VERSION } from './version.ts'

/** How often time-bound work is looked at: acts that close by themselves, observations, the disk, the status file. */
const TICK_MS = 200
/** A full disk is tried again this often. */
const RECOVER_MS = 2000

/**
 * Starts the gateway. Resolves when it runs; it goes on until the signal aborts or the result is disposed of, which resolves when everything has
 * stopped. Nothing that was accepted waits in memory: a stop may come at any time.
 * @throws AgentError KEY_*, LOGIN_MALFORMED, OUTBOX_*, DISK_FULL
 */
export async function startAgent(
  config: AgentConfig,
  signal: AbortSignal,
  log: Log = silent(),
): Promise<AsyncDisposable> {
  const files = paths(config.data)
  const signer = new Signer(readKeyFile(files.key), config.gateway)
  const password = readLoginFile(files.login)
  const store = await openStore(config.data)
  try {
    const outbox = await Outbox.open(store, config.data, signer.kid)
    const agent = new Agent(config, { signer, password, store, outbox, log })
    await agent.load()
    const running = agent.run(signal)
    return {
      async [Symbol.asyncDispose]() {
        agent.stop()
        await running
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** On a full disk the ballast is given up for the opening: what is in the outbox must get out. */
async function openStore(data: string): Promise<Store> {
  const { outbox } = paths(data)
  try {
    return await Store.open(outbox)
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'DISK_FULL') throw error
    new Disk(data).drop()
    return Store.open(outbox)
  }
}

interface Parts {
  signer: Signer
  password: string
  store: Store
  outbox: Outbox
  log: Log
}

/** The wiring: who hears what from whom. It decides nothing by itself. */
class Agent {
  readonly #config: AgentConfig
  readonly #parts: Parts
  readonly #clock: Clock
  readonly #fixes: Fixes
  readonly #disk: Disk
  readonly #health: Health
  readonly #uplink: Uplink
  readonly #thermometers: Map<string, Thermometer>
  readonly #stations: Station[]
  readonly #watches = new Map<string, LimitWatch>()
  readonly #stop = new AbortController()
  /** Events were stamped before the clock was set. */
  #doubtful: boolean = false
  #signAtMs: number | undefined
  #recovering: Promise<void> | undefined

  constructor(config: AgentConfig, parts: Parts) {
    this.#config = config
    this.#parts = parts
    this.#clock = new Clock(config.clock)
    this.#fixes = new Fixes(config.place, config.gateway.station)
    this.#disk = new Disk(config.data)
    this.#health = this.#newHealth()
    this.#uplink = this.#newUplink()
    const thermometers = config.devices.filter(({ driver }) => drivers.get(driver)?.gives === 'reading')
    this.#thermometers = new Map(thermometers.map((device) => [device.id, this.#newThermometer(device)]))
    this.#stations = config.stations.map((station) => {
      const thermometer = this.#thermometers.get(station.thermometer ?? '')
      const instrument = thermometer && { uri: thermometer.uri, readings: thermometer.readings, limits: station.limits }
      if (thermometer && station.limits) this.#watches.set(thermometer.device, new LimitWatch(station.limits))
      return new Station(station, instrument, this.#stationServices())
    })
  }

  async load(): Promise<void> {
    for (const thermometer of this.#thermometers.values()) await thermometer.load()
    for (const station of this.#stations) await station.load()
    this.#disk.load(this.#clock.monotonicMs())
    if (this.#parts.outbox.unsigned > 0) this.#signAtMs = 0
  }

  async run(outer: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([outer, this.#stop.signal])
    const work = [
      this.#uplink.run(signal),
      this.#ticks(signal),
      ...this.#config.devices.map((device) => this.#device(device, signal)),
    ]
    await Promise.all(work)
    for (const station of this.#stations) await station.idle()
    await this.#recovering
    await this.#sign().catch(() => undefined)
    this.#health.online(false)
    this.#health.write(performance.now(), true)
    await this.#parts.store.close()
  }

  stop(): void {
    this.#stop.abort()
  }

  async #device(device: ConfiguredDevice, signal: AbortSignal): Promise<void> {
    const driver = drivers.get(device.driver)!
    await supervise(
      driver,
      device,
      device.options as never,
      {
        now: () => this.#clock.monotonicMs(),
        emit: (id, measurement) => this.#measured(id, measurement),
        state: (id, state, error) => {
          // A receiver without a fix says so ten times a second: only news is counted and told.
          if (!this.#health.device(id, state, error)) return
          if (error) this.#problem(error, id)
          else this.#parts.log.info(`· device ${id} is ${state}`)
        },
        fault: (id, error) => this.#problem(error, id),
        problem: (code, fields) => new AgentError(code, fields),
      },
      signal,
    )
  }

  #measured(device: string, measurement: Measurement): void {
    switch (measurement.kind) {
      case 'scan': {
        const station = this.#config.stations.findIndex(({ scanner }) => scanner === device)
        if (station >= 0) void this.#stations[station]!.scan(measurement.text)
        break
      }
      case 'fix':
        if (this.#isPlace(device)) this.#fixes.take(measurement)
        if (this.#isClock(device)) this.#setClock(measurement.utcMs, measurement.atMs)
        break
      case 'no-fix':
        if (this.#isPlace(device)) this.#fixes.lose()
        break
      case 'reading':
        this.#read(device, measurement.quantities)
        break
      case 'missing':
        this.#read(device, [])
        break
    }
  }

  #read(device: string, quantities: (Measurement & { kind: 'reading' })['quantities']): void {
    void this.#thermometers.get(device)?.take({ moment: this.#clock.now(), quantities })
    const temperature = quantities.find(({ type }) => type === 'Temperature')?.milli
    if (temperature === undefined) return
    const crossing = this.#watches.get(device)?.take(temperature)
    if (crossing === 'broken') this.#parts.log.info(`! ${device}: ${temperature / 1000} °C is outside the limits`)
    if (crossing === 'kept') this.#parts.log.info(`· ${device}: ${temperature / 1000} °C is within the limits again`)
  }

  #setClock(utcMs: number, atMs: number): void {
    const before = this.#clock.now()
    this.#clock.discipline(utcMs, atMs)
    if (before.source !== 'none') return
    this.#health.touch()
    this.#parts.log.info(`· clock set by GNSS: ${new Date(utcMs).toISOString()}`)
    if (!this.#doubtful) return
    this.#doubtful = false
    for (const station of this.#stations) void station.anchor()
  }

  #isPlace(device: string): boolean {
    const { place } = this.#config
    return place.source === 'gnss' && place.device === device
  }

  #isClock(device: string): boolean {
    const { clock } = this.#config
    return clock.source === 'gnss' && clock.device === device
  }

  async #ticks(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const station of this.#stations) await station.tick()
      const due = this.#signAtMs !== undefined && performance.now() >= this.#signAtMs
      if (due && this.#uplink.settled) await this.#sign().catch(() => undefined)
      this.#health.write(performance.now())
      await sleep(TICK_MS, signal)
    }
  }

  /** Signs what has been accepted, in batches, and lets the uplink know. */
  async #sign(): Promise<void> {
    const { outbox, signer } = this.#parts
    this.#signAtMs = undefined
    try {
      while (
        await outbox.sign(this.#config.batch.maxEvents, (events, at) =>
          signer.signBatch(events, at, this.#clock.now().ms),
        )
      ) {
        this.#health.touch()
      }
    } catch (thrown) {
      const error = asAgentError(thrown)
      this.#problem(error, 'sign')
      this.#recover()
    } finally {
      this.#uplink.wake()
    }
  }

  #stationServices(): ConstructorParameters<typeof Station>[2] {
    const { store, log } = this.#parts
    return {
      gateway: this.#config.gateway,
      clock: this.#clock,
      store,
      holdings: new Holdings(store),
      stamp: () => this.#stamp(),
      accept: (events, others) => this.#accept(events, others),
      refusal: () => store.failure ?? this.#disk.refusal(this.#clock.monotonicMs()),
      info: (line) => log.info(line),
      problem: (error) => this.#problem(error),
    }
  }

  #stamp(): Stamp {
    return takeStamp(this.#clock, this.#fixes, this.#config.gateway.zone)
  }

  async #accept(events: Uint8Array[], others: Parameters<Outbox['accept']>[1]): Promise<void> {
    const { outbox } = this.#parts
    try {
      await outbox.accept(events, others)
    } catch (thrown) {
      this.#recover()
      throw thrown
    }
    if (events.length === 0) return
    if (this.#clock.now().source === 'none') this.#doubtful = true
    this.#health.touch()
    const { flushMs, maxEvents } = this.#config.batch
    const dueMs = outbox.unsigned >= maxEvents ? 0 : performance.now() + flushMs
    this.#signAtMs = Math.min(this.#signAtMs ?? Number.POSITIVE_INFINITY, dueMs)
  }

  /** After a failed write: makes room, and opens the database again as soon as it can. */
  #recover(): void {
    if (!this.#parts.store.failure) return
    this.#recovering ??= this.#reopen().finally(() => {
      this.#recovering = undefined
    })
  }

  async #reopen(): Promise<void> {
    const { store, outbox, log } = this.#parts
    this.#disk.drop()
    while (!this.#stop.signal.aborted) {
      await sleep(RECOVER_MS, this.#stop.signal)
      if (this.#disk.refusal(this.#clock.monotonicMs())) continue
      try {
        await store.reopen()
        await outbox.reload()
        for (const station of this.#stations) await station.load()
        this.#disk.load(this.#clock.monotonicMs())
        this.#signAtMs = 0
        log.info('· the outbox takes records again')
        return
      } catch (thrown) {
        this.#problem(asAgentError(thrown), 'reopen')
      }
    }
  }

  #problem(error: AgentError, key?: string): void {
    this.#health.count(error)
    this.#parts.log.problem(error, key)
  }

  #newThermometer(device: ConfiguredDevice): Thermometer {
    return new Thermometer(device, this.#config.gateway, this.#parts.store, (moment) => this.#clock.place(moment))
  }

  #newHealth(): Health {
    const { gateway, data, devices } = this.#config
    const { outbox, log } = this.#parts
    return new Health(
      {
        version: VERSION,
        gateway: `${gateway.org}/${gateway.id}`,
        folder: data,
        language: log.language,
        outbox: () => ({ next: outbox.nextSeq, acked: outbox.acked, unsigned: outbox.unsigned }),
        now: () => this.#clock.now(),
        changed: () => this.#uplink?.statusChanged(),
      },
      devices.map(({ id }) => id),
    )
  }

  #newUplink(): Uplink {
    const { outbox, password, signer, log } = this.#parts
    return new Uplink({
      config: this.#config,
      password,
      kid: signer.kid,
      outbox,
      events: {
        connected: (is) => {
          this.#health.online(is)
          log.info(is ? `· connected to ${this.#config.uplink.url}` : '· disconnected')
        },
        acknowledged: () => this.#health.touch(),
        problem: (error) => this.#problem(error, 'uplink'),
        info: (line) => log.info(line),
        status: () => JSON.stringify(this.#health.status()),
      },
    })
  }
}

function silent(): Log {
  return createLog(() => undefined, 'en')
}
