import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type ClientKey, clientKeyOf } from './tls.ts'

export interface GuardLimits {
  /** The largest packet of a client that has logged in. */
  packetBytes: number
  /** The largest first packet: a CONNECT with its will. */
  connectBytes: number
}

/** Bytes of one connection that may wait, unread and again unanswered: several batches share one flush, many gateways fit. */
const BUFFER_BYTES = 256 * 1024
const CONNECT = 1
const PUBLISH = 3
/** Packets other than batches, of which a gateway needs a few a minute. Each SUBSCRIBE costs the ledger a signature. */
const CONTROLS = { most: 100, perMs: 10_000 }

/** Bytes that may wait for a client that does not read. Acks are small, cumulative, and told again at the next greeting. */
const UNREAD_BYTES = 256 * 1024

/** The rest of both forms of `write`. */
type WriteRest = [(BufferEncoding | WriteDone)?, WriteDone?]
type WriteDone = (error: Error | null | undefined) => void

export type GuardRefusal = 'MQTT_PACKET_SIZE' | 'MQTT_LOGIN' | 'MQTT_SLOW' | 'MQTT_RATE'

/**
 * Stands between a socket and the MQTT parser, which would buffer whatever length a packet claims, from anyone. It reads only
 * packet heads: the first packet must be a small CONNECT, nothing behind it passes before `admit`, and a packet that claims to
 * be larger than allowed ends the connection before its bytes are kept. So does a client that sends and never reads: the broker
 * would wait for it with everybody's acks.
 */
export class PacketGuard extends Duplex {
  /** What the client proved by TLS; undefined without TLS. */
  readonly clientKey: ClientKey | undefined
  readonly #socket: Socket
  readonly #limits: GuardLimits
  readonly #refuse: (why: GuardRefusal) => void
  /** Bytes of the present packet still to come. */
  #left = 0
  /** Bytes of a packet head seen so far. */
  #head: number[] = []
  #packets = 0
  #controls = 0
  #controlsSinceMs = 0
  #admitted: boolean = false
  #held: Buffer | undefined
  /** Bytes handed on and not answered yet. */
  #unanswered = 0

  constructor(socket: Socket, limits: GuardLimits, refuse: (why: GuardRefusal) => void) {
    super({ readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: UNREAD_BYTES, allowHalfOpen: false })
    this.clientKey = clientKeyOf(socket)
    this.#socket = socket
    this.#limits = limits
    this.#refuse = refuse
    socket.on('data', (chunk: Buffer) => this.#accept(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  get socket(): Socket {
    return this.#socket
  }

  /** The client has logged in: what waited behind its CONNECT goes on. */
  admit(): void {
    if (this.#admitted || this.destroyed) return
    this.#admitted = true
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#accept(held)
    this.#socket.resume()
  }

  /** Counts a packet as unanswered until the returned function is called: a client cannot fill the memory with what waits. */
  hold(bytes: number): () => void {
    this.#unanswered += bytes
    return () => {
      this.#unanswered -= bytes
      if (this.readableLength < BUFFER_BYTES) this._read()
    }
  }

  override _read(): void {
    if (this.#held === undefined && this.#unanswered < BUFFER_BYTES) this.#socket.resume()
  }

  /** Never asks to wait for `drain`: whoever lets so much wait is cut off. */
  override write(chunk: unknown, ...rest: WriteRest): boolean {
    const room = super.write(chunk, ...(rest as [BufferEncoding]))
    if (!room && !this.destroyed) {
      this.#refuse('MQTT_SLOW')
      this.destroy()
    }
    return room
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map((c) => c.chunk)), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    this.#held = undefined
    done(error)
  }

  #accept(chunk: Buffer): void {
    if (this.destroyed) return
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, chunk.length - at)
        this.#left -= skipped
        at += skipped
      } else if (this.#packets === 1 && !this.#admitted && this.#head.length === 0) {
        this.#held = chunk.subarray(at)
        this.#socket.pause()
        break
      } else {
        this.#head.push(chunk[at++]!)
        const refusal = this.#readHead()
        if (refusal !== undefined) {
          this.#refuse(refusal)
          this.destroy()
          return
        }
      }
    }
    if (at > 0 && (!this.push(chunk.subarray(0, at)) || this.#unanswered >= BUFFER_BYTES)) this.#socket.pause()
  }

  /** MQTT 3.1.1 §2.2: one byte of type and flags, then the length in up to four bytes of seven bits. */
  #readHead(): GuardRefusal | undefined {
    const [type = 0, ...digits] = this.#head
    const last = digits.at(-1)
    if (last === undefined) return this.#packets === 0 && type >> 4 !== CONNECT ? 'MQTT_LOGIN' : undefined
    if (last >= 0x80) return digits.length === 4 ? 'MQTT_PACKET_SIZE' : undefined
    this.#left = digits.reduce((sum, digit, i) => sum + (digit & 0x7f) * 128 ** i, 0)
    const most = this.#packets === 0 ? this.#limits.connectBytes : this.#limits.packetBytes
    this.#head = []
    this.#packets++
    if (this.#left > most) return 'MQTT_PACKET_SIZE'
    return type >> 4 !== PUBLISH && this.#tooMany() ? 'MQTT_RATE' : undefined
  }

  #tooMany(): boolean {
    const now = performance.now()
    if (now - this.#controlsSinceMs > CONTROLS.perMs) [this.#controls, this.#controlsSinceMs] = [0, now]
    return ++this.#controls > CONTROLS.most
  }
}
