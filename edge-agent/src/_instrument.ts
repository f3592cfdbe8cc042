import { createServer, type Server, type Socket } from 'node:net'

/** An instrument on a socket. */
export class Instrument {
  port = 0
  /** Connections that are over. */
  ended = 0
  #server!: Server
  readonly #sockets = new Set<Socket>()
  onData: (bytes: Buffer, socket: Socket) => void = () => undefined

  async start(): Promise<this> {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.ended++
        this.#sockets.delete(socket)
      })
      socket.on('data', (bytes) => this.onData(bytes, socket))
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as { port: number }).port
    return this
  }

  get connected(): boolean {
    return this.#sockets.size > 0
  }

  send(text: string): void {
    for (const socket of this.#sockets) socket.write(text)
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  stop(): void {
    this.cut()
    this.#server.close()
  }
}
