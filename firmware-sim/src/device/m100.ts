import * as v from 'valibot'
import { duration } from '../scenario/values.ts'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { type FieldTag, parseTagCode, TagsInField } from './tag-field.ts'

interface Spec extends BaseSpec {
  /** How long a tag that passes by is in the field. */
  dwell: number
}

/** One inventory round with a handful of tags. */
const ROUND_MS = 50
const NO_TAG = 0x15
const COMMAND_ERROR = 0x17
const VERSION = new TextEncoder().encode('M100 26dBm V1.0')

/**
 * A UHF module of the M100 family: `BB type command length(2) params checksum 7E`; type 0 from the host, 1 reply, 2 notice. It answers version,
 * region, power, single poll and stop, and sends a notice for each tag of every round of a multi poll, or a failure 15 for a round without.
 */
class M100 implements Device {
  readonly #field: TagsInField
  readonly #faults: Surroundings['faults']
  #heard: number[] = []
  #replies: Uint8Array[] = []
  #rounds = 0
  #nextRound = 0
  #power = 2600

  constructor(spec: Spec, { faults, onShow }: Surroundings) {
    this.#faults = faults
    this.#field = new TagsInField(spec.dwell)
    onShow((code) => this.#field.show(code, performance.now()))
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    for (const byte of chunk) {
      this.#heard.push(byte)
      this.#listen(nowMs)
    }
  }

  due(): number | undefined {
    if (this.#replies.length > 0) return 0
    return this.#rounds > 0 ? this.#nextRound : undefined
  }

  transmit(nowMs: number): Uint8Array[] {
    const out = this.#replies
    this.#replies = []
    if (this.#rounds === 0 || nowMs < this.#nextRound) return out
    this.#nextRound = nowMs + ROUND_MS
    this.#rounds = this.#faults.strike('poll-ends') ? 0 : this.#rounds - 1
    return [...out, ...this.#round(nowMs)]
  }

  #round(nowMs: number): Uint8Array[] {
    const tags = this.#field.at(nowMs)
    if (tags.length > 0) return tags.map((tag) => this.#notice(tag))
    return this.#faults.has('mute') ? [] : [frame(1, 0xff, [NO_TAG])]
  }

  /** RSSI, protocol control word, EPC, the tag's own CRC over both. */
  #notice({ epc, rssi }: FieldTag): Uint8Array {
    const inner = [((epc.length / 2) << 3) & 0xff, 0, ...epc]
    const crc = genibus(inner) ^ (this.#faults.strike('tag-crc') ? 0x0001 : 0)
    return frame(2, 0x22, [rssi & 0xff, ...inner, crc >> 8, crc & 0xff])
  }

  #listen(nowMs: number): void {
    const heard = this.#heard
    while (heard.length > 0) {
      if (heard[0] !== 0xbb || (heard.length > 1 && heard[1] !== 0)) {
        heard.shift()
        continue
      }
      if (heard.length < 5) return
      const length = ((heard[3] ?? 0) << 8) + (heard[4] ?? 0) + 7
      // No command is longer: what asks for more is noise.
      if (length > 64) heard.shift()
      else if (heard.length < length) return
      else this.#obey(heard.splice(0, length), nowMs)
    }
  }

  #obey(command: number[], nowMs: number): void {
    const body = command.slice(1, -2)
    if (command.at(-1) !== 0x7e || command.at(-2) !== sum(body)) return
    const [, code = 0, , , first = 0, second = 0, third = 0] = body
    if (this.#faults.strike('refuse')) {
      this.#replies.push(frame(1, 0xff, [COMMAND_ERROR]))
      return
    }
    const reply = this.#answer(code, first, second, third, nowMs)
    if (reply) this.#replies.push(...reply)
  }

  #answer(code: number, first: number, second: number, third: number, nowMs: number): Uint8Array[] | undefined {
    switch (code) {
      case 0x03:
        return [frame(1, 0x03, [0x00, ...VERSION])]
      case 0x07:
        return [[1, 2, 3, 4, 6].includes(first) ? frame(1, 0x07, [0x00]) : frame(1, 0xff, [COMMAND_ERROR])]
      case 0x22:
        return this.#round(nowMs)
      case 0x27:
        this.#rounds = (second << 8) | third
        this.#nextRound = nowMs
        return undefined
      case 0x28:
        this.#rounds = 0
        return [frame(1, 0x28, [0x00])]
      case 0xb6:
        this.#power = (first << 8) | second
        return [frame(1, 0xb6, [0x00])]
      case 0xb7:
        return [frame(1, 0xb7, [this.#power >> 8, this.#power & 0xff])]
      default:
        return [frame(1, 0xff, [COMMAND_ERROR])]
    }
  }
}

function frame(type: number, command: number, params: readonly number[]): Uint8Array {
  const body = [type, command, params.length >> 8, params.length & 0xff, ...params]
  return Uint8Array.of(0xbb, ...body, sum(body), 0x7e)
}

function sum(body: readonly number[]): number {
  return body.reduce((total, byte) => total + byte, 0) & 0xff
}

/** CRC-16/GENIBUS, as a Gen2 tag computes it. */
function genibus(bytes: readonly number[]): number {
  let crc = 0xffff
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((crc >> 15) ^ (byte >> bit)) & 1
      crc = ((crc << 1) ^ (carry ? 0x1021 : 0)) & 0xffff
    }
  }
  return ~crc & 0xffff
}

export const m100: InstrumentKind<Spec> = {
  kind: 'm100',
  what: 'UHF tag module of the M100 family (YRM100, R200): shown EPCs in hex, (00)… or (01)…(21)…',
  carrier: 'serial',
  baudRate: 115_200,
  settings: { dwell: v.optional(duration, '1500ms') },
  faults: ['tag-crc', 'poll-ends', 'mute', 'refuse'],
  senses: 'codes',
  shows: (code) => parseTagCode(code) !== undefined,
  make: (spec, around) => new M100(spec, around),
}
