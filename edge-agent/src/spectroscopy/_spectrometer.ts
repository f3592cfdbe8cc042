import type { Socket } from 'node:net'
import { canonicalJson, type Json, type Model, parseModel, treat, utf8 } from '@tristamp/protocol'
import { Instrument } from '../_instrument.ts'
import { AS7265X_NM } from '../codec/as7265x.ts'

/** Wire order of the channels. */
const WIRE = 'RSTUVWGHIJKLABCDEF'
const NM: Record<string, number> = {
  A: 410,
  B: 435,
  C: 460,
  D: 485,
  E: 510,
  F: 535,
  G: 560,
  H: 585,
  R: 610,
  I: 645,
  S: 680,
  J: 705,
  T: 730,
  U: 760,
  V: 810,
  W: 860,
  K: 900,
  L: 940,
}

/** An AS7265x on a socket, as far as the driver needs one: what is in front of it is a reflectance by wavelength. */
export class FakeTriad extends Instrument {
  sample: (nm: number) => number = () => 1
  gain: number = 2
  /** Answers nothing. */
  mute: boolean = false
  asked: string[] = []
  #lit: Set<string> = new Set()
  #line = ''

  constructor() {
    super()
    this.onData = (bytes, socket) => {
      this.#line += bytes.toString('latin1')
      const lines = this.#line.split('\n')
      this.#line = lines.pop() ?? ''
      for (const line of lines) this.#answer(line.trim(), socket)
    }
  }

  #answer(command: string, socket: Socket): void {
    if (command === '' || this.mute) return
    this.asked.push(command)
    const lamp = /^ATLED([123])=(\d+)$/.exec(command)
    if (lamp) lamp[2] === '0' ? this.#lit.delete(lamp[1]!) : this.#lit.add(lamp[1]!)
    const gain = /^ATGAIN=(\d)$/.exec(command)
    if (gain) this.gain = Number(gain[1])
    socket.write(`${this.#value(command)}OK\n`)
  }

  #value(command: string): string {
    if (command === 'ATVERSW') return '12.0.0 '
    if (command === 'ATVERHW') return '0x4009 '
    if (command === 'ATTEMP') return '31, 30, 30 '
    if (command !== 'ATDATA') return ''
    const lit = this.#lit.size === 3
    const scale = this.gain === 2 ? 1 : 4
    return `${[...WIRE].map((c) => Math.min(65_535, Math.round(30 + (lit ? scale * 20_000 * this.sample(NM[c]!) : 0)))).join(', ')} `
  }
}

/** Reflectance of the good sample by wavelength. */
export const good = (nm: number): number => 0.1 + 0.5 * ((nm - 400) / 600)
/** Of an adulterated one. */
export const bad = (nm: number): number => good(nm) + (nm > 650 && nm < 720 ? 0.2 : 0)

/** A model of the good sample, as bytes. */
export function model(change: Partial<Model> = {}): Uint8Array {
  const treatment = { signal: 'absorbance', bin: 1, snv: true, derivative: false } as const
  const made: Model = {
    type: 'TristampSpectrumModel',
    version: 1,
    name: 'test oil',
    instrument: { kind: 'as7265x' },
    settings: { gain: 2, integration: 1, current: 0x22, whiteLamp: 1, irLamp: 1, uvLamp: 1 },
    axis: { unit: 'nm', milli: AS7265X_NM.map((nm) => nm * 1000) },
    scans: 2,
    spreadMilli: 20,
    span: 500,
    treatment,
    mean: treat(AS7265X_NM.map(good), treatment),
    loadings: [AS7265X_NM.map((_, i) => (i === 0 ? 1 : 0))],
    variances: [0.01],
    h0: 1,
    nh: 1,
    q0: 0.01,
    nq: 4,
    limitMilli: 11_070,
    madeAt: '2026-01-01T00:00:00.000Z',
    until: '2046-01-01T00:00:00.000Z',
    training: { samples: 60, alphaMilli: 50, method: 'by hand', sensitivity: { right: 57, of: 60 } },
    ...change,
  }
  const bytes = utf8(canonicalJson(made as unknown as Json))
  parseModel(bytes)
  return bytes
}

/** What a GNSS receiver says once: it sets the gateway's clock. */
export function epoch(utc: Date): string {
  const text = utc.toISOString()
  const time = `${text.slice(11, 13)}${text.slice(14, 16)}${text.slice(17, 19)}.${text.slice(20, 23)}`
  const date = `${text.slice(8, 10)}${text.slice(5, 7)}${text.slice(2, 4)}`
  const line = (body: string): string => {
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
  }
  return (
    line(`GPGGA,${time},3014.4000,N,10928.8000,E,1,09,1.1,480.0,M,,M,,`) +
    line(`GPRMC,${time},A,3014.4000,N,10928.8000,E,0.1,0.0,${date},,,A`)
  )
}
