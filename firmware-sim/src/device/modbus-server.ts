import type { Faults } from '../fault.ts'
import { checkedBody, withCrc } from './crc16.ts'
import type { Device } from './device.ts'
import { RtuReceiver } from './rtu-receiver.ts'

const READ_HOLDING = 3
const READ_INPUT = 4
const WRITE_SINGLE = 6

const ILLEGAL_FUNCTION = 1
const ILLEGAL_ADDRESS = 2
const ILLEGAL_VALUE = 3

/** Faults of any Modbus server, beside its line and its element. */
export const MODBUS_FAULTS = ['bad-crc', 'exception', 'wrong-unit'] as const

/** What a Modbus server holds. A read of an address that is in neither map is refused as the standard says. */
export interface Registers {
  /** Read by function 04; taken once for each request. */
  inputs(): ReadonlyMap<number, number>
  /** Read by function 03. Registers that only show what the element feels are made anew by `refresh`. */
  holding: Map<number, number>
  refresh?(): void
  /** Whether function 06 may write this word; without it nothing can be written. */
  writable?(address: number, word: number): boolean
  /** The holding register with the unit address, where there is one. */
  unitAt?: number
}

export interface ModbusServerOptions {
  unit: number
  baudRate: number
  registers: Registers
  faults: Faults
}

/** A Modbus RTU server: functions 03, 04 and 06, exceptions, CRC-16, silence between frames. */
export class ModbusServer implements Device {
  readonly #options: ModbusServerOptions
  readonly #receiver: RtuReceiver

  constructor(options: ModbusServerOptions) {
    this.#options = options
    this.#receiver = new RtuReceiver(options.baudRate)
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    this.#receiver.push(chunk, nowMs)
  }

  due(): number | undefined {
    return this.#receiver.due()
  }

  transmit(nowMs: number): Uint8Array[] {
    const request = this.#receiver.take(nowMs)
    return request ? this.#serve(request) : []
  }

  #serve(request: Uint8Array): Uint8Array[] {
    const { faults, registers } = this.#options
    const unit = registers.unitAt === undefined ? this.#options.unit : (registers.holding.get(registers.unitAt) ?? 0)
    const body = checkedBody(request)
    if (!body || (body[0] !== unit && body[0] !== 0)) return []
    const pdu = this.#answer(body.subarray(1))
    // A broadcast is obeyed and never answered (Modbus over Serial Line V1.02 §2.1).
    if (body[0] === 0) return []
    const reply = withCrc(Uint8Array.of(faults.strike('wrong-unit') ? (unit % 247) + 1 : unit, ...pdu))
    if (faults.strike('bad-crc')) reply[reply.length - 1] = (reply.at(-1) ?? 0) ^ 0xff
    return [reply]
  }

  #answer(pdu: Uint8Array): number[] {
    const { registers, faults } = this.#options
    const code = pdu[0] ?? 0
    const refuse = (exception: number): number[] => [code | 0x80, exception]
    if (code !== READ_HOLDING && code !== READ_INPUT && code !== WRITE_SINGLE) return refuse(ILLEGAL_FUNCTION)
    if (pdu.length !== 5) return refuse(ILLEGAL_VALUE)
    if (faults.strike('exception')) return refuse(ILLEGAL_ADDRESS)
    const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength)
    const [address, word] = [view.getUint16(1), view.getUint16(3)]
    if (code === WRITE_SINGLE) {
      if (!registers.holding.has(address)) return refuse(ILLEGAL_ADDRESS)
      if (!registers.writable?.(address, word)) return refuse(ILLEGAL_VALUE)
      registers.holding.set(address, word)
      return [...pdu]
    }
    if (word < 1 || word > 125) return refuse(ILLEGAL_VALUE)
    registers.refresh?.()
    const found = code === READ_INPUT ? registers.inputs() : registers.holding
    const bytes: number[] = []
    for (let at = address; at < address + word; at++) {
      const value = found.get(at)
      if (value === undefined) return refuse(ILLEGAL_ADDRESS)
      bytes.push(value >>> 8, value & 0xff)
    }
    return [code, bytes.length, ...bytes]
  }
}

/** A register as a signed 16-bit number. */
export function signed(word: number): number {
  return word > 0x7fff ? word - 0x10000 : word
}
