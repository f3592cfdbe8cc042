import type { Device } from './device/device.ts'
import type { FaultKind, Faults, InstrumentKind } from './fault.ts'
import { uniform } from './random.ts'
import { Pacer } from './transport/pacer.ts'
import type { OnBytes, Transport } from './transport/transport.ts'

export interface InstrumentOptions {
  id: string
  kind: InstrumentKind
  baudRate: number
  seed: number
  device: Device
  faults: Faults
  open: (onBytes: OnBytes) => Promise<Transport>
}

/** A device on a line: moves bytes between them at the pace of the wire, and spoils them where a fault says so. */
export class Instrument implements AsyncDisposable {
  readonly id: string
  readonly kind: InstrumentKind
  readonly #options: InstrumentOptions
  readonly #transport: Transport
  readonly #pacer: Pacer
  #timer: NodeJS.Timeout | undefined
  #ended: boolean = false
  #frames = 0

  private constructor(options: InstrumentOptions, transport: Transport) {
    this.id = options.id
    this.kind = options.kind
    this.#options = options
    this.#transport = transport
    this.#pacer = new Pacer(options.baudRate, (bytes) => transport.write(bytes))
  }

  static async open(options: InstrumentOptions): Promise<Instrument> {
    const late: { hear?: OnBytes } = {}
    const transport = await options.open((chunk) => late.hear?.(chunk))
    const instrument = new Instrument(options, transport)
    late.hear = (chunk) => instrument.#hear(chunk)
    instrument.wake()
    return instrument
  }

  get address(): string {
    return this.#transport.address
  }

  /** Lets the device speak if it has something to say, now or when it is due. */
  wake(): void {
    clearTimeout(this.#timer)
    const due = this.#ended ? undefined : this.#options.device.due()
    if (due !== undefined) this.#timer = setTimeout(this.#speak, Math.max(0, due - performance.now()))
  }

  async raise(kind: FaultKind, times?: number): Promise<void> {
    this.#options.faults.raise(kind, times)
    if (kind !== 'unplug') return
    this.#pacer.clear()
    await this.#transport.unplug()
  }

  async clear(kind: FaultKind): Promise<void> {
    this.#options.faults.clear(kind)
    if (kind === 'unplug' && !this.#ended) await this.#transport.replug()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#pacer.clear()
    await this.#transport[Symbol.asyncDispose]()
  }

  #hear(chunk: Uint8Array): void {
    this.#options.device.receive(chunk, performance.now())
    this.wake()
  }

  readonly #speak = (): void => {
    const { device, faults, seed } = this.#options
    for (const frame of device.transmit(performance.now())) {
      this.#frames++
      if (faults.strike('silence')) continue
      if (faults.strike('noise')) this.#pacer.send(noise(seed, this.#frames))
      this.#pacer.send(frame, faults.strike('fragment'))
    }
    this.wake()
  }
}

/** One to four bytes of the kind that a driver enable edge or a loose wire puts before a frame. */
function noise(seed: number, frame: number): Uint8Array {
  const length = 1 + Math.floor(uniform(seed, frame) * 4)
  return Uint8Array.from({ length }, (_, i) => Math.floor(uniform(seed + i + 1, frame) * 256))
}
