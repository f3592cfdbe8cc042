import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP connection between two programs that can be cut, slowed down, and left open with nobody at its other end. */
export class TcpProxy implements AsyncDisposable {
  port = 0
  /** Bytes one by one, this long apart. */
  slowMs: number = 0
  /** Takes bytes and hands none on, and tells neither side: a cable that was pulled at the far switch. */
  halfOpen: boolean = false
  accepted = 0
  readonly #to: { host: string; port: number }
  readonly #server: Server
  readonly #pairs = new Set<[Socket, Socket]>()

  private constructor(to: { host: string; port: number }) {
    this.#to = to
    this.#server = createServer((near) => this.#accept(near))
  }

  /** @param address `tcp://host:port` */
  static async to(address: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(address)
    const proxy = new TcpProxy({ host: hostname, port: Number(port) })
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
    from.on('data', (chunk) => {
      if (this.halfOpen) return
      if (this.slowMs === 0) {
        to.write(chunk)
        return
      }
      for (const byte of chunk) {
        last = last.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, this.slowMs))
          to.write(Uint8Array.of(byte))
        })
      }
    })
  }
}
