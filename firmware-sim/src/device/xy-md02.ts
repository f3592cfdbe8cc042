import type { Faults } from '../fault.ts'
import { checkedBody, withCrc } from './crc16.ts'
import type { Air, Device } from './device.ts'
import { RtuReceiver } from './rtu-receiver.ts'

const READ_HOLDING = 3
const READ_INPUT = 4
const WRITE_SINGLE = 6

const ILLEGAL_FUNCTION = 1
const ILLEGAL_ADDRESS = 2
const ILLEGAL_VALUE = 3

const TEMPERATURE = 0x0001
const HUMIDITY = 0x0002
const UNIT = 0x0101
const BAUD = 0x0102
const TEMPERATURE_CORRECTION = 0x0103
const HUMIDITY_CORRECTION = 0x0104

/** A late reply comes after every sensible time-out, so that it meets a host that has given up. */
const LATE_MS = 1500

export interface XyMd02Options {
  unit: number
  baudRate: number
  /** An RS-485 adapter that hands the host its own request back before the reply. */
  echo: boolean
  air: () => Air
  faults: Faults
}

/**
 * The XY-MD02 temperature and humidity transmitter: Modbus RTU server, input registers 1 (signed, 0.1 °C) and 2 (0.1 %RH), holding registers
 * 0x101 unit address, 0x102 baud rate, 0x103 and 0x104 corrections (signed, 0.1).
 */
export class XyMd02 implements Device {
  readonly #options: XyMd02Options
  readonly #receiver: RtuReceiver
  readonly #holding: Map<number, number>
  #replies: { at: number; frames: Uint8Array[] }[] = []
  #stuck: Air | undefined

  constructor(options: XyMd02Options) {
    this.#options = options
    this.#receiver = new RtuReceiver(options.baudRate)
    this.#holding = new Map([
      [UNIT, options.unit],
      [BAUD, options.baudRate & 0xffff],
      [TEMPERATURE_CORRECTION, 0],
      [HUMIDITY_CORRECTION, 0],
    ])
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    this.#receiver.push(chunk, nowMs)
  }

  due(): number | undefined {
    const times = [this.#receiver.due(), this.#replies[0]?.at].filter((time) => time !== undefined)
    return times.length > 0 ? Math.min(...times) : undefined
  }

  transmit(nowMs: number): Uint8Array[] {
    const request = this.#receiver.take(nowMs)
    if (request) this.#replies.push(this.#serve(request, nowMs))
    const ready = this.#replies.filter((reply) => reply.at <= nowMs)
    this.#replies = this.#replies.filter((reply) => reply.at > nowMs)
    return ready.flatMap((reply) => reply.frames)
  }

  #serve(request: Uint8Array, nowMs: number): { at: number; frames: Uint8Array[] } {
    const { faults, echo } = this.#options
    const frames = echo || faults.strike('echo') ? [request] : []
    const unit = this.#holding.get(UNIT) ?? 0
    const body = checkedBody(request)
    if (!body || (body[0] !== unit && body[0] !== 0)) return { at: nowMs, frames }
    const pdu = this.#answer(body.subarray(1))
    // A broadcast is obeyed and never answered (Modbus over Serial Line V1.02 §2.1).
    if (body[0] === 0) return { at: nowMs, frames }
    const reply = withCrc(Uint8Array.of(faults.strike('wrong-unit') ? (unit % 247) + 1 : unit, ...pdu))
    if (faults.strike('bad-crc')) reply[reply.length - 1] = (reply.at(-1) ?? 0) ^ 0xff
    return { at: faults.strike('late') ? nowMs + LATE_MS : nowMs, frames: [...frames, reply] }
  }

  #answer(pdu: Uint8Array): number[] {
    const code = pdu[0] ?? 0
    const refuse = (exception: number): number[] => [code | 0x80, exception]
    if (code !== READ_HOLDING && code !== READ_INPUT && code !== WRITE_SINGLE) return refuse(ILLEGAL_FUNCTION)
    if (pdu.length !== 5) return refuse(ILLEGAL_VALUE)
    if (this.#options.faults.strike('exception')) return refuse(ILLEGAL_ADDRESS)
    const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
    const [address, word] = [view.getUint16(1), view.getUint16(3)]
    if (code === WRITE_SINGLE) {
      if (!this.#holding.has(address)) return refuse(ILLEGAL_ADDRESS)
      if (!writable(address, word)) return refuse(ILLEGAL_VALUE)
      this.#holding.set(address, word)
      return [...pdu]
    }
    if (word < 1 || word > 125) return refuse(ILLEGAL_VALUE)
    const registers = code === READ_INPUT ? this.#inputs() : this.#holding
    const bytes: number[] = []
    for (let at = address; at < address + word; at++) {
      const value = registers.get(at)
      if (value === undefined) return refuse(ILLEGAL_ADDRESS)
      bytes.push(value >>> 8, value & 0xff)
    }
    return [code, bytes.length, ...bytes]
  }

  #inputs(): Map<number, number> {
    const { faults } = this.#options
    if (faults.strike('dead')) {
      return new Map([
        [TEMPERATURE, 0],
        [HUMIDITY, 0],
      ])
    }
    const air: Air = (faults.strike('stuck') ? this.#stuck : undefined) ?? this.#options.air()
    this.#stuck = air
    const tenths = (milli: number, correction: number): number =>
      (Math.round(milli / 100) + signed(this.#holding.get(correction) ?? 0)) & 0xffff
    return new Map([
      [TEMPERATURE, tenths(air.milliC, TEMPERATURE_CORRECTION)],
      [HUMIDITY, tenths(air.milliRh, HUMIDITY_CORRECTION)],
    ])
  }
}

function signed(word: number): number {
  return word > 0x7fff ? word - 0x10000 : word
}

function writable(address: number, word: number): boolean {
  if (address === UNIT) return word >= 1 && word <= 247
  if (address === BAUD) return word === 9600 || word === 14_400 || word === 19_200
  return Math.abs(signed(word)) <= 100
}
