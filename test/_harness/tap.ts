import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A message that went by, in either direction. */
export interface Heard {
  topic: string
  payload: Uint8Array
}

const PUBLISH = 3

/**
 * A relay between gateways and a broker that hears every published message. Gateways keep its address while the broker behind it
 * dies and comes back on another port; while there is none, connections are refused.
 */
export class MqttTap implements AsyncDisposable {
  readonly url: string
  readonly heard: Heard[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #broker: URL | undefined

  private constructor(server: Server) {
    this.#server = server
    this.url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`
    server.on('connection', (gateway) => this.#relay(gateway))
  }

  static open(): Promise<MqttTap> {
    const server = createServer({ noDelay: true })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new MqttTap(server))))
  }

  /** Where the broker is from now on. */
  leadsTo(mqttUrl: string): void {
    this.#broker = new URL(mqttUrl)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #relay(gateway: Socket): void {
    if (this.#broker === undefined) {
      gateway.destroy()
      return
    }
    const broker = dial(Number(this.#broker.port), this.#broker.hostname)
    for (const [from, to] of [
      [gateway, broker],
      [broker, gateway],
    ] as const) {
      this.#sockets.add(from)
      const listen = listener((message) => this.heard.push(message))
      from.on('data', (chunk: Buffer) => {
        listen(chunk)
        to.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}

/** Cuts a byte stream into MQTT packets and tells those that publish (MQTT 3.1.1 §2.2, §3.3). */
function listener(tell: (message: Heard) => void): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0)
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    for (;;) {
      const packet = firstPacket(waiting)
      if (packet === undefined) return
      const { head, body, end } = packet
      waiting = waiting.subarray(end)
      if (head >> 4 !== PUBLISH) continue
      const topicEnd = 2 + body.readUInt16BE(0)
      const hasId = (head & 0b0110) !== 0
      tell({
        topic: body.toString('utf8', 2, topicEnd),
        payload: new Uint8Array(body.subarray(topicEnd + (hasId ? 2 : 0))),
      })
    }
  }
}

function firstPacket(bytes: Buffer): { head: number; body: Buffer; end: number } | undefined {
  let length = 0
  for (let i = 1; i < bytes.length; i++) {
    length += (bytes[i]! & 0x7f) * 128 ** (i - 1)
    if (bytes[i]! & 0x80) continue
    const end = i + 1 + length
    return end <= bytes.length ? { head: bytes[0]!, body: bytes.subarray(i + 1, end), end } : undefined
  }
  return undefined
}
