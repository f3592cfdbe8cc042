// As much of an MQTT 3.1.1 client as a load generator needs: raw packets, so that it takes little of the machine from what is measured.
import { once } from 'node:events'
import { connect } from 'node:net'

const [CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK] = [1, 2, 3, 4, 8, 9]
const MAX_ID = 0xffff

/** One gateway's connection. */
export class Connection {
  #socket
  #buffer = Buffer.alloc(0)
  #waiting = new Map()
  #id = 0
  /** Called with the payload of whatever is published to this client. */
  onMessage = () => undefined

  /** Connects, logs in, and listens to the gateway's acks. */
  static async open(port, { org, name, password }) {
    const connection = new Connection()
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    connection.#socket = socket
    await once(socket, 'connect')
    const ready = connection.#expect(CONNACK)
    socket.on('data', (chunk) => connection.#read(chunk))
    socket.on('close', () => connection.#fail(new Error('the ledger closed the connection')))
    socket.on('error', (error) => connection.#fail(error))
    const head = Buffer.concat([text('MQTT'), Buffer.of(4, 0xc0, 0, 60)])
    socket.write(packet(CONNECT << 4, head, text(`${org}.${name}`), text(`${org}/${name}`), text(password)))
    if ((await ready)[1] !== 0) throw new Error('the ledger refused the login')
    const granted = connection.#expect(SUBACK)
    socket.write(packet((SUBSCRIBE << 4) | 2, u16(1), text(`tristamp/v1/${org}/${name}/ack`), Buffer.of(0)))
    await granted
    return connection
  }

  /** Publishes with QoS 1; resolves at the PUBACK. */
  publish(topic, payload) {
    this.#id = (this.#id % MAX_ID) + 1
    const id = this.#id
    const acknowledged = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    const head = packetHead((PUBLISH << 4) | 2, 2 + Buffer.byteLength(topic) + 2 + payload.length)
    this.#socket.cork()
    this.#socket.write(Buffer.concat([head, text(topic), u16(id)]))
    this.#socket.write(payload)
    this.#socket.uncork()
    return acknowledged
  }

  close() {
    this.#waiting.clear()
    this.#socket.end(Buffer.of(0xe0, 0))
  }

  #expect(type) {
    return new Promise((resolve, reject) => this.#waiting.set(`type ${type}`, { resolve, reject }))
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #read(chunk) {
    const bytes = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    let at = 0
    for (;;) {
      let length = 0
      let i = at + 1
      for (let shift = 0; i < bytes.length; shift += 7) {
        length |= (bytes[i] & 0x7f) << shift
        if (bytes[i++] < 0x80) break
      }
      if (i === at + 1 || i > bytes.length || bytes[i - 1] >= 0x80 || i + length > bytes.length) break
      this.#take(bytes[at], bytes.subarray(i, i + length))
      at = i + length
    }
    this.#buffer = bytes.subarray(at)
  }

  #take(first, body) {
    const type = first >> 4
    if (type === PUBLISH) {
      this.onMessage(body.subarray(2 + body.readUInt16BE(0) + (first & 6 ? 2 : 0)))
      return
    }
    const key = type === PUBACK ? body.readUInt16BE(0) : `type ${type}`
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    waiting?.resolve(body)
  }
}

function packet(first, ...parts) {
  const body = Buffer.concat(parts)
  return Buffer.concat([packetHead(first, body.length), body])
}

function packetHead(first, length) {
  const digits = []
  let rest = length
  do {
    digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>= 7
  } while (rest > 0)
  return Buffer.of(first, ...digits)
}

function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([u16(bytes.length), bytes])
}

function u16(value) {
  return Buffer.of(value >> 8, value & 0xff)
}
