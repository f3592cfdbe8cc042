import { createRequire } from 'node:module'
import * as v from 'valibot'
import { duration } from '../scenario/values.ts'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { type FieldTag, parseTagCode, TagsInField } from './tag-field.ts'

interface Spec extends BaseSpec {
  dwell: number
}

/** How often a reader that inventories reports. */
const REPORT_MS = 100
const HEADER = 10
const MAX_MESSAGE = 65_536

/** What a message says, as plain data. */
type Data = Record<string, unknown>

interface Refusal {
  code: string
  text: string
}

const NO_SUCH: Refusal = { code: 'M_FieldError', text: 'no such ROSpec' }

/** What of llrpjs is used: its own types are sources that our settings do not compile. */
interface Llrpjs {
  LLRPCore: Readonly<Record<string, new (from: { id: number; data: Data }) => { encode(): { getBuffer(): Buffer } }>>
  LLRPMessage: new (
    bytes: Buffer,
  ) => { decode(): { getName(): string; getMessageId(): number; toLLRPData(): { data?: Data } } }
}
const { LLRPCore, LLRPMessage } = createRequire(import.meta.url)('llrpjs') as Llrpjs

/**
 * A reader with LLRP: it greets its client, keeps one operation as it was added, reports the tags in its field while that runs, and shows that it
 * is alive as often as it was asked to. What is on the wire is written and read by the package llrpjs, which the gateway does not use.
 */
class LlrpReader implements Device {
  readonly #field: TagsInField
  readonly #faults: Surroundings['faults']
  #heard: Buffer = Buffer.alloc(0)
  #out: Uint8Array[] = []
  #roSpec: number | undefined
  #nextReport = Number.POSITIVE_INFINITY
  #keepaliveMs = 0
  #nextKeepalive = Number.POSITIVE_INFINITY
  #unanswered = 0
  #id = 1

  constructor(spec: Spec, { faults, onShow }: Surroundings) {
    this.#faults = faults
    this.#field = new TagsInField(spec.dwell)
    onShow((code) => this.#field.show(code, performance.now()))
  }

  /** A new client: what the last one has left stays, as in a real reader, but nothing is reported or kept alive until it is asked for. */
  connected(): void {
    this.#heard = Buffer.alloc(0)
    this.#out = []
    this.#unanswered = 0
    this.#nextKeepalive = Number.POSITIVE_INFINITY
    const status = this.#faults.strike('busy') ? 'Failed_A_Client_Initiated_Connection_Already_Exists' : 'Success'
    this.#say('READER_EVENT_NOTIFICATION', this.#id++, {
      ReaderEventNotificationData: {
        UTCTimestamp: { Microseconds: new Date().toISOString() },
        ConnectionAttemptEvent: { Status: status },
      },
    })
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    this.#heard = Buffer.concat([this.#heard, chunk])
    while (this.#heard.length >= HEADER) {
      const length = this.#heard.readUInt32BE(2)
      if (length < HEADER || length > MAX_MESSAGE) {
        this.#heard = Buffer.alloc(0)
        return
      }
      if (this.#heard.length < length) return
      const bytes = this.#heard.subarray(0, length)
      this.#heard = this.#heard.subarray(length)
      this.#hear(bytes, nowMs)
    }
  }

  due(): number | undefined {
    if (this.#out.length > 0) return 0
    const next = Math.min(this.#nextReport, this.#nextKeepalive)
    return Number.isFinite(next) ? next : undefined
  }

  transmit(nowMs: number): Uint8Array[] {
    if (nowMs >= this.#nextKeepalive) this.#keepAlive(nowMs)
    if (nowMs >= this.#nextReport) {
      this.#nextReport = nowMs + REPORT_MS
      const tags = this.#field.at(nowMs)
      if (tags.length > 0) this.#say('RO_ACCESS_REPORT', this.#id++, { TagReportData: tags.map(report) })
    }
    const out = this.#out
    this.#out = []
    return out
  }

  /** A client that does not answer is dropped: nothing more is said to it. */
  #keepAlive(nowMs: number): void {
    this.#nextKeepalive = nowMs + this.#keepaliveMs
    if (this.#unanswered++ >= 3) this.#nextReport = Number.POSITIVE_INFINITY
    if (this.#unanswered <= 3) this.#say('KEEPALIVE', this.#id++, {})
  }

  #hear(bytes: Buffer, nowMs: number): void {
    try {
      const message = new LLRPMessage(bytes).decode()
      this.#obey(message.getName(), message.getMessageId(), message.toLLRPData().data ?? {}, nowMs)
    } catch {
      const status = { StatusCode: 'M_UnsupportedMessage', ErrorDescription: 'not understood' }
      this.#say('ERROR_MESSAGE', bytes.readUInt32BE(6), { LLRPStatus: status })
    }
  }

  #obey(name: string, id: number, data: Data, nowMs: number): void {
    if (name === 'KEEPALIVE_ACK') this.#unanswered = 0
    else if (name in this.#services) {
      const refusal = this.#services[name]?.(data, nowMs)
      const status = { StatusCode: refusal?.code ?? 'M_Success', ErrorDescription: refusal?.text ?? '' }
      this.#say(`${name}_RESPONSE`, id, { LLRPStatus: status })
    }
  }

  readonly #services: Readonly<Record<string, (data: Data, nowMs: number) => Refusal | undefined>> = {
    SET_READER_CONFIG: (data, nowMs) => {
      const keepalive = data['KeepaliveSpec'] as { PeriodicTriggerValue?: number } | undefined
      this.#keepaliveMs = keepalive?.PeriodicTriggerValue ?? 0
      this.#nextKeepalive = this.#keepaliveMs > 0 ? nowMs + this.#keepaliveMs : Number.POSITIVE_INFINITY
      return undefined
    },
    DELETE_ROSPEC: () => {
      if (this.#roSpec === undefined) return { code: 'M_FieldError', text: 'there is no ROSpec' }
      this.#roSpec = undefined
      this.#nextReport = Number.POSITIVE_INFINITY
      return undefined
    },
    ADD_ROSPEC: (data) => {
      if (this.#faults.strike('refuse')) return { code: 'M_ParameterError', text: 'antenna not connected' }
      if (this.#roSpec !== undefined) return { code: 'M_FieldError', text: 'ROSpec exists' }
      this.#roSpec = (data['ROSpec'] as { ROSpecID: number }).ROSpecID
      return undefined
    },
    ENABLE_ROSPEC: (data) => (this.#roSpec === data['ROSpecID'] ? undefined : NO_SUCH),
    START_ROSPEC: (data, nowMs) => {
      if (this.#roSpec !== data['ROSpecID']) return NO_SUCH
      this.#nextReport = nowMs
      return undefined
    },
    CLOSE_CONNECTION: () => undefined,
  }

  #say(name: string, id: number, data: Data): void {
    const Message = LLRPCore[name]
    if (Message) this.#out.push(new Message({ id, data }).encode().getBuffer())
  }
}

/** 96 bits go in the short form, everything else in the one with its length; the control word stands beside them. */
function report({ epc, antenna, rssi }: FieldTag): Data {
  const hex = Buffer.from(epc).toString('hex')
  return {
    ...(epc.length === 12 ? { EPC_96: { EPC: hex } } : { EPCData: { EPC: hex } }),
    AntennaID: { AntennaID: antenna },
    PeakRSSI: { PeakRSSI: rssi },
    TagSeenCount: { TagCount: 1 },
    C1G2_PC: { PC_Bits: (epc.length / 2) << 11 },
  }
}

export const llrp: InstrumentKind<Spec> = {
  kind: 'llrp',
  what: 'UHF reader with LLRP over TCP: shown EPCs in hex, (00)… or (01)…(21)…, with #antenna',
  carrier: 'tcp',
  baudRate: 115_200,
  settings: { dwell: v.optional(duration, '1500ms') },
  faults: ['busy', 'refuse'],
  senses: 'codes',
  shows: (code) => parseTagCode(code) !== undefined,
  make: (spec, around) => new LlrpReader(spec, around),
}
