import { createServer, type Socket } from 'node:net'
import { until } from './until.ts'

/** A hand scanner on a socket, for a gateway to open. */
export class HandScanner implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket.on('error', () => undefined))
    socket.on('close', () => this.#sockets.delete(socket))
  })

  static async open(): Promise<HandScanner> {
    const scanner = new HandScanner()
    await new Promise<void>((resolve) => scanner.#server.listen(0, '127.0.0.1', resolve))
    return scanner
  }

  get port(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  /** One item, and the end of the act. */
  async scan(serial: string, lot?: string): Promise<void> {
    const item = `]d20109506000134352${lot === undefined ? '' : `10${lot}\x1d`}`
    await this.send(`${item}21${serial}`, ']C0tristamp:end')
  }

  /** When the gateway listens. */
  async send(...frames: string[]): Promise<void> {
    await until('the gateway has opened the scanner', () => this.#sockets.size > 0)
    for (const socket of this.#sockets) socket.write(frames.map((frame) => `${frame}\r\n`).join(''))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
