import { connect, createServer, type Server, type Socket } from 'node:net'

/** What passes as a whole, where the proxy knows it. */
export interface Packets {
  /** For one direction of one connection: the packets that a chunk completes. */
  split(): (chunk: Buffer) => Buffer[]
  /** The packet as it is sent for the second time; undefined for one that nobody sends twice. */
  again(packet: Buffer): Buffer | undefined
}

/** Of a line without packets: whatever comes together. */
const chunks: Packets = { split: () => (chunk) => [chunk], again: (chunk) => chunk }

/** A TCP connection between two programs that can be cut, slowed down, made to say things twice, and left open with nobody at its other end. */
export class TcpProxy implements AsyncDisposable {
  port = 0
  /** Bytes one by one, this long apart. */
  slowMs: number = 0
  /** Takes bytes and hands none on, and tells neither side: a cable that was pulled at the far switch. */
  halfOpen: boolean = false
  /** Hands on twice what can be. */
  duplicate: boolean = false
  /** So often. */
  duplicated = 0
  accepted = 0
  readonly #packets: Packets
  readonly #to: { host: string; port: number }
  readonly #server: Server
  readonly #pairs = new Set<[Socket, Socket]>()

  private constructor(to: { host: string; port: number }, packets: Packets) {
    this.#to = to
    this.#packets = packets
    this.#server = createServer((near) => this.#accept(near))
  }

  /** @param address `tcp://host:port` */
  static async to(address: string, packets: Packets = chunks): Promise<TcpProxy> {
    const { hostname, port } = new URL(address)
    const proxy = new TcpProxy({ host: hostname, port: Number(port) }, packets)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    proxy.port = (proxy.#server.address() as { port: number }).port
    return proxy
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`
  }

  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy()
      far.destroy()
    }
    this.#pairs.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(near: Socket): void {
    this.accepted++
    const far = connect(this.#to)
    const pair: [Socket, Socket] = [near, far]
    this.#pairs.add(pair)
    this.#pass(near, far)
    this.#pass(far, near)
    for (const socket of pair) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        // Nobody is told while the line only looks open; afterwards both ends go.
        if (this.halfOpen) return
        near.destroy()
        far.destroy()
        this.#pairs.delete(pair)
      })
    }
  }

  #pass(from: Socket, to: Socket): void {
    let last = Promise.resolve()
    const split = this.#packets.split()
    const send = (bytes: Buffer): void => {
      if (this.slowMs === 0) {
        to.write(bytes)
        return
      }
      for (const byte of bytes) {
        last = last.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, this.slowMs))
          to.write(Uint8Array.of(byte))
        })
      }
    }
    from.on('data', (chunk: Buffer) => {
      const packets = split(chunk)
      if (this.halfOpen) return
      for (const packet of packets) {
        send(packet)
        const again = this.duplicate ? this.#packets.again(packet) : undefined
        if (again === undefined) continue
        this.duplicated++
        send(again)
      }
    })
  }
}
