import type { Clock } from './clock.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { AgentConfig } from './config-types.ts'
import type { DeviceSink, Measurement } from './driver/index.ts'
import { AgentError } from './error.ts'
import type { Fixes } from './fix.ts'
import { unusedOf } from './flaws.ts'
import type { Health } from './health.ts'
import type { Panel } from './page/panel.ts'
import { paths } from './paths.ts'
import type { RouteRecorder } from './route.ts'
import type { Benches } from './spectroscopy/benches.ts'
import { tagGoneLine } from './station/say.ts'
import type { Stations } from './station/stations.ts'
import type { Thermometers } from './thermometers.ts'

/** Who hears what devices say. */
export interface SenseParts {
  config(): AgentConfig
  clock: Clock
  clockWatch: ClockWatch
  fixes: Fixes
  route: RouteRecorder | undefined
  thermometers: Thermometers
  stations: Stations
  benches: Benches
  panel: Panel
  health: Health
  info(line: string): void
  problem(error: AgentError, key?: string): void
}

/** What all devices speak to: it passes on what they say to whom it concerns. */
export class Senses implements DeviceSink {
  readonly #parts: SenseParts

  constructor(parts: SenseParts) {
    this.#parts = parts
  }

  now(): number {
    return this.#parts.clock.monotonicMs()
  }

  emit(device: string, measurement: Measurement): void {
    const { fixes, route, thermometers, panel, clock, info } = this.#parts
    const config = this.#parts.config()
    const isPlace = config.place.source === 'gnss' && config.place.device === device
    const isClock = config.clock.source === 'gnss' && config.clock.device === device
    panel.heard(device, measurement)
    switch (measurement.kind) {
      case 'scan':
        this.#scanned(device, measurement.text)
        break
      case 'tag-gone':
        info(tagGoneLine(device, measurement))
        break
      case 'fix':
        if (isPlace) {
          fixes.take(measurement)
          route?.take(measurement)
        }
        if (isClock) void this.#setClock(measurement.utcMs, measurement.atMs)
        break
      case 'no-fix':
        if (isPlace) fixes.lose()
        if (isClock) clock.noFix()
        break
      case 'reading':
        thermometers.take(device, measurement.quantities)
        break
      case 'missing':
        thermometers.take(device, [], unusedOf(measurement.code))
        break
    }
  }

  state(...[id, state, error]: Parameters<DeviceSink['state']>): void {
    const { health, info, problem } = this.#parts
    // A receiver without a fix says so ten times a second: only news is counted and told.
    if (!health.device(id, state, error)) return
    if (error) problem(error)
    else info(`· device ${id} is ${state}`)
  }

  /** A scan that was not taken must be told every time: someone stands there and waits. */
  fault(id: string, error: AgentError): void {
    const isScan = error.code.startsWith('SCAN_')
    this.#parts.problem(error, isScan ? undefined : id)
    if (isScan) this.#parts.panel.fault(id, error)
  }

  problem(...[code, fields]: Parameters<DeviceSink['problem']>): AgentError {
    return new AgentError(code, fields)
  }

  offer(...[id, spectrometer]: Parameters<Benches['offer']>): void {
    this.#parts.benches.offer(id, spectrometer)
  }

  #scanned(device: string, text: string): void {
    const { stations, benches, problem } = this.#parts
    const { enrolled, data } = this.#parts.config()
    if (enrolled.missing.length > 0) {
      const why = 'the scan was not recorded'
      problem(new AgentError('NOT_ENROLLED', { request: paths(data).request, why }))
    }
    for (const station of stations.list) {
      if (station.config.scanner === device) {
        if (!benches.take(station.config.id, text)) void station.scan(text)
      } else if (station.config.readers.includes(device)) void station.scan(text, 'reader')
    }
  }

  /** The first fix is told and signed at once: what was stamped in doubt before is placed by it. */
  async #setClock(utcMs: number, atMs: number): Promise<void> {
    const { clock, clockWatch, health, problem } = this.#parts
    const before = clock.now()
    if (!clock.discipline(utcMs, atMs))
      problem(new AgentError('GNSS_IMPLAUSIBLE', { why: `the date ${new Date(utcMs).toISOString()}` }), 'clock')
    else if (before.source === 'none') {
      health.touch()
      await clockWatch.look()
    }
  }
}
