import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A relay between a gateway and a broker that lets so many more bytes through, and then cuts both off. */
export class Cutter implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #broker: URL
  /** Bytes from the gateway that still pass; undefined for all. */
  #left: number | undefined
  #cut: () => void = () => undefined

  private constructor(server: Server, broker: string) {
    this.#server = server
    this.#broker = new URL(broker)
    this.url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`
    server.on('connection', (gateway) => this.#relay(gateway))
  }

  static open(broker: string): Promise<Cutter> {
    const server = createServer({ noDelay: true })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new Cutter(server, broker))))
  }

  leadsTo(broker: string): void {
    this.#broker = new URL(broker)
  }

  /** Resolves when it has cut, after so many bytes of what a gateway sends from now on. */
  after(bytes: number): Promise<void> {
    this.#left = bytes
    return new Promise((resolve) => {
      this.#cut = resolve
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #relay(gateway: Socket): void {
    const broker = dial({ port: Number(this.#broker.port), host: this.#broker.hostname, noDelay: true })
    for (const [one, other] of [
      [gateway, broker],
      [broker, gateway],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
    broker.on('data', (chunk) => gateway.write(chunk))
    gateway.on('data', (chunk: Buffer) => {
      const passes = this.#left === undefined ? chunk : chunk.subarray(0, this.#left)
      if (this.#left !== undefined) this.#left -= passes.length
      const last = this.#left === 0
      if (last) this.#left = undefined
      // What passes arrives: the broker's side is ended behind it, not torn away before it.
      broker.write(passes, () => {
        if (!last) return
        broker.end()
        gateway.destroy()
        this.#cut()
      })
    })
  }
}
