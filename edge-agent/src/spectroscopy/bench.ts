import { randomUUID } from 'node:crypto'
import {
  type Calibration,
  encodeEvent,
  encodeSpectrum,
  evidenceUri,
  fromUtf8,
  type Scan as Label,
  ProtocolError,
  parseEvent,
  parseScan,
  recordedTest,
  runTest,
  type StampedEvent,
  type TestResult,
  testReport,
  utf8,
} from '@tristamp/protocol'
import type { StationConfig } from '../config-types.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { EvidenceFiles } from '../evidence-files.ts'
import { clockStamp, isoTime, type Stamp } from '../stamp.ts'
import { classes, instances, member } from '../station/event.ts'
import { type Goods, goodsOf, NoGoods } from '../station/goods.ts'
import type { StationServices } from '../station/services.ts'
import type { Write } from '../store.ts'
import type { TestConfig } from './config.ts'
import { type References, takeReferences, takeSpectrum } from './measure.ts'
import type { ModelFile } from './model-file.ts'
import type { Spectrometer } from './spectrometer.ts'

const DO_TEST = 'tristamp:do/test'
const WHITE_REFERENCE = 'tristamp:do/white-reference'

export interface BenchParts {
  config: TestConfig
  station: StationConfig
  /** The instrument's identifier in events. */
  device: string
  model: ModelFile
  /** The instrument, while it is there. */
  spectrometer: () => Spectrometer | undefined
  evidence: EvidenceFiles
  services: StationServices
}

/** What a bench keeps over a restart. */
interface BenchState {
  /** The next labels are of goods to be tested. */
  testing: boolean
  references?: References
}

/**
 * A place where goods are tested: `tristamp:do/white-reference` with the white standard in front of the instrument, `tristamp:do/test`, then the label of
 * each thing whose sample is in front of it. Every test is an event of its own, with the measurement and the model as evidence; also one that says
 * nothing. Any other `tristamp:do/…` ends testing.
 */
export class Bench {
  readonly #parts: BenchParts
  #state: BenchState = { testing: false }
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: BenchParts) {
    this.#parts = parts
  }

  get station(): string {
    return this.#parts.station.id
  }

  /** Takes up what was kept. */
  async load(): Promise<void> {
    const bytes = await this.#parts.services.store.get('station', this.#key)
    this.#state = bytes ? (JSON.parse(fromUtf8(bytes)) as BenchState) : { testing: false }
  }

  /** Takes a frame of the station's scanner, or what came by the page, if it is for the bench; else it is the station's. */
  take(frame: string, typed: boolean = false): boolean {
    const text = /^(?:\][A-Za-z]\w)?(tristamp:.*)$/s.exec(frame)?.[1]
    if (text === undefined && !this.#state.testing) return false
    if (text === DO_TEST) this.#enter(true)
    else if (text === WHITE_REFERENCE) void this.#inTurn(() => this.#reference())
    else if (text?.startsWith('tristamp:do/')) {
      if (this.#state.testing) this.#enter(false)
      return false
    } else if (text === undefined) void this.#inTurn(() => this.#test(frame, typed))
    else return false
    return true
  }

  /** Resolves when all that was begun is done. */
  idle(): Promise<void> {
    return this.#queue
  }

  get #key(): string {
    return `bench ${this.station}`
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((thrown: unknown) => this.#parts.services.problem(asAgentError(thrown)))
    return this.#queue
  }

  /** At once, for the next frame may already be a label; kept on the disk in its turn. */
  #enter(testing: boolean): void {
    this.#state = { ...this.#state, testing }
    const { services, station } = this.#parts
    if (testing) services.info(`· now: test at ${station.id}`)
    void this.#inTurn(() => services.accept([], [this.#keep()]))
  }

  async #reference(): Promise<void> {
    const { config, services, station } = this.#parts
    const references = await takeReferences(this.#instrument(), config.scans, config.referenceMs, this.#nowMs)
    this.#state = { ...this.#state, references }
    await services.accept([], [this.#keep()])
    services.info(`✓ white reference until ${references.white.until} at ${station.id}`)
  }

  async #test(frame: string, typed: boolean): Promise<void> {
    const { config, services, device, model, evidence, station } = this.#parts
    const refusal = services.refusal()
    if (refusal) throw refusal
    const stamp = services.stamp()
    const goods = this.#goods(frame, stamp)
    const { references } = this.#state
    if (references === undefined) throw new AgentError('TEST_REFERENCE', { station: station.id })
    const startMs = stamp.moment.ms
    const calibration = this.#calibration(stamp)
    const spectrum = await takeSpectrum(
      this.#instrument(),
      config.scans,
      { device, references, calibration },
      this.#nowMs,
    )
    const result = runTest(spectrum, model.model)
    const measurement = evidence.put(encodeSpectrum(spectrum))
    const against = evidence.put(model.bytes)
    try {
      const element = {
        sensorMetadata: {
          deviceID: device,
          startTime: isoTime(Math.min(startMs, Date.parse(spectrum.at))),
          endTime: spectrum.at,
          rawData: evidenceUri(measurement.id),
        },
        sensorReport: [testReport(result)],
        'tristamp:spectrum': recordedTest(result, evidenceUri(against.id), calibration),
      }
      await services.accept([this.#event(goods, stamp, element, typed)], [])
    } finally {
      measurement.release()
      against.release()
    }
    services.info(`✓ test ${goods.id.replace('https://id.gs1.org/', '')}: ${inWords(result)} at ${station.id}`)
  }

  /** A clock that nothing has set cannot tell whether a calibration still holds. */
  #calibration({ moment }: Stamp): Calibration | undefined {
    return moment.source === 'none' ? undefined : this.#parts.config.calibration
  }

  #event(goods: Goods, stamp: Stamp, element: object, typed: boolean): Uint8Array {
    const event = {
      type: 'ObjectEvent',
      action: 'OBSERVE',
      eventID: `urn:uuid:${randomUUID()}`,
      eventTime: isoTime(stamp.moment.ms),
      eventTimeZoneOffset: stamp.offset,
      ...member('epcList', instances([goods])),
      ...member('quantityList', classes([goods])),
      bizStep: 'inspecting',
      disposition: 'in_progress',
      readPoint: { id: stamp.place.readPoint },
      bizLocation: { id: this.#parts.station.holds },
      sensorElementList: [element],
      'tristamp:geo': stamp.place.geo,
      'tristamp:clock': clockStamp(stamp.moment),
      'tristamp:origin': typed ? 'operator' : 'device',
    } as unknown as StampedEvent
    try {
      const bytes = encodeEvent(event)
      parseEvent(bytes)
      return bytes
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      throw new AgentError('EVENT_INVALID', { why: cause.message }, { cause })
    }
  }

  #goods(frame: string, { moment }: Stamp): Goods {
    try {
      const label: Label = parseScan(frame)
      const { separators } = this.#parts.station
      return goodsOf(label, { separators, year: new Date(moment.ms).getUTCFullYear() })
    } catch (cause) {
      if (cause instanceof NoGoods) throw new AgentError(cause.code, { text: frame, why: cause.why }, { cause })
      if (!(cause instanceof ProtocolError)) throw cause
      throw new AgentError('SCAN_MALFORMED', { text: frame, why: cause.message }, { cause })
    }
  }

  /** @throws AgentError TEST_INSTRUMENT */
  #instrument(): Spectrometer {
    const { spectrometer, config } = this.#parts
    const instrument = spectrometer()
    if (!instrument) throw new AgentError('TEST_INSTRUMENT', { device: config.spectrometer })
    return instrument
  }

  get #nowMs(): () => number {
    return () => this.#parts.services.clock.now().ms
  }

  #keep(): Write {
    return { type: 'put', space: 'station', key: this.#key, value: utf8(JSON.stringify(this.#state)) }
  }
}

/** For the operator's line. */
function inWords(result: TestResult): string {
  if (result.verdict === 'inconclusive') return `inconclusive (${result.code})`
  const { scoreMilli, limitMilli, classMilli } = result
  const beside = classMilli === undefined ? '' : `, class ${classMilli / 1000}`
  return `${result.verdict} (distance ${scoreMilli / 1000}, limit ${limitMilli / 1000}${beside})`
}
