import type { Device } from './device/device.ts'
import { instrumentKind } from './device/index.ts'
import type { FaultKind, Faults } from './fault.ts'
import { LineFaults, type Piece } from './line-fault.ts'
import { Pacer } from './transport/pacer.ts'
import type { OnBytes, Transport } from './transport/transport.ts'

export interface InstrumentOptions {
  id: string
  kind: string
  baudRate: number
  seed: number
  device: Device
  faults: Faults
  /** An adapter that hands the host its own bytes back, as many for RS-485 do. */
  echo: boolean
  open: (onBytes: OnBytes, onOpen: () => void) => Promise<Transport>
}

/** A device on a line: moves bytes between them at the pace of the wire, and spoils them where a fault says so. */
export class Instrument implements AsyncDisposable {
  readonly id: string
  readonly kind: string
  readonly faults: Faults
  readonly #options: InstrumentOptions
  readonly #transport: Transport
  readonly #pacer: Pacer
  readonly #line: LineFaults
  /** A file has no wire: its content is put there whole. */
  readonly #whole: boolean
  readonly #delayed = new Set<NodeJS.Timeout>()
  #timer: NodeJS.Timeout | undefined
  #ended: boolean = false

  private constructor(options: InstrumentOptions, transport: Transport) {
    this.id = options.id
    this.kind = options.kind
    this.faults = options.faults
    this.#options = options
    this.#transport = transport
    this.#pacer = new Pacer(options.baudRate, (bytes) => transport.write(bytes))
    this.#line = new LineFaults(options.faults, options.seed)
    this.#whole = instrumentKind(options.kind)?.carrier === 'file'
  }

  static async open(options: InstrumentOptions): Promise<Instrument> {
    const late: { hear?: OnBytes; greet?: () => void } = {}
    const transport = await options.open(
      (chunk) => late.hear?.(chunk),
      () => late.greet?.(),
    )
    const instrument = new Instrument(options, transport)
    late.hear = (chunk) => instrument.#hear(chunk)
    late.greet = () => {
      options.device.connected?.(performance.now())
      instrument.wake()
    }
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
    this.faults.raise(kind, times)
    if (kind !== 'unplug') return
    this.#quiet()
    await this.#transport.unplug()
  }

  async clear(kind: FaultKind): Promise<void> {
    this.faults.clear(kind)
    if (kind === 'unplug' && !this.#ended) await this.#transport.replug()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#quiet()
    await this.#transport[Symbol.asyncDispose]()
  }

  /** Forgets what is not on the line yet. */
  #quiet(): void {
    this.#pacer.clear()
    for (const timer of this.#delayed) clearTimeout(timer)
    this.#delayed.clear()
  }

  #hear(chunk: Uint8Array): void {
    const { device, echo } = this.#options
    if (echo || this.faults.strike('echo')) this.#pacer.send(Uint8Array.from(chunk))
    device.receive(chunk, performance.now())
    this.wake()
  }

  readonly #speak = (): void => {
    for (const frame of this.#options.device.transmit(performance.now())) {
      if (!this.#whole) for (const piece of this.#line.spoil(frame)) this.#put(piece)
      else if (!this.faults.strike('silence')) this.#transport.write(frame)
    }
    this.wake()
  }

  #put({ bytes, torn, delayMs }: Piece): void {
    if (delayMs === 0) {
      this.#pacer.send(bytes, torn)
      return
    }
    const timer = setTimeout(() => {
      this.#delayed.delete(timer)
      this.#pacer.send(bytes, torn)
    }, delayMs)
    this.#delayed.add(timer)
  }
}
