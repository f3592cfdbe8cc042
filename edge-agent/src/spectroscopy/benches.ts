import type { AgentConfig } from '../config-types.ts'
import type { EvidenceFiles } from '../evidence-files.ts'
import type { StationServices } from '../station/services.ts'
import { instrumentUri } from '../thermometer.ts'
import { Bench } from './bench.ts'
import { type ModelFile, readModelFile } from './model-file.ts'
import type { Spectrometer } from './spectrometer.ts'

/** The models that the configuration names, read before anything starts. @throws AgentError MODEL_MALFORMED */
export function readModels({ tests }: AgentConfig): ReadonlyMap<string, ModelFile> {
  return new Map(tests.map(({ model }) => [model, readModelFile(model)]))
}

/** Every place where goods are tested, and the instruments that are there for it. */
export class Benches {
  readonly #benches: Bench[]
  readonly #spectrometers = new Map<string, Spectrometer>()

  constructor(
    config: AgentConfig,
    models: ReadonlyMap<string, ModelFile>,
    evidence: EvidenceFiles,
    services: StationServices,
  ) {
    this.#benches = config.tests.map((test) => {
      const device = config.devices.find(({ id }) => id === test.spectrometer)
      return new Bench({
        config: test,
        station: config.stations.find(({ id }) => id === test.station)!,
        device: device?.uri ?? instrumentUri(config.gateway.uri, test.spectrometer),
        model: models.get(test.model)!,
        spectrometer: () => this.#spectrometers.get(test.spectrometer),
        evidence,
        services,
      })
    })
  }

  /** An instrument has come, or gone. */
  offer(device: string, spectrometer: Spectrometer | undefined): void {
    if (spectrometer) this.#spectrometers.set(device, spectrometer)
    else this.#spectrometers.delete(device)
  }

  async load(): Promise<void> {
    for (const bench of this.#benches) await bench.load()
  }

  /** Whether a frame of a station's scanner, or what came by the page, was for its bench. */
  take(station: string, frame: string, typed: boolean = false): boolean {
    return this.#benches.some((bench) => bench.station === station && bench.take(frame, typed))
  }

  async idle(): Promise<void> {
    for (const bench of this.#benches) await bench.idle()
  }
}
