import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { Faults } from '../fault.ts'
import { spectraTable } from '../spectra-table.ts'
import { parseSample, reflectanceOf } from '../world/food.ts'
import type { Device } from './device.ts'
import { instrumentKinds } from './index.ts'
import type { BaseSpec } from './kind.ts'

const folder = vectors('edge')

function make(kind: string, settings: object = {}): { device: Device; faults: Faults; show: (code: string) => void } {
  const faults = new Faults()
  let show: (code: string) => void = () => undefined
  const spec = { kind, baudRate: 115_200, counts: 18_000, latency: 0, ...settings } as unknown as BaseSpec
  const device = instrumentKinds.get(kind)!.make(spec, {
    id: 'one',
    seed: 1,
    faults,
    time: () => 0,
    air: () => () => ({ milliC: 0, milliRh: 0 }),
    position: () => () => ({ lat: 0, lon: 0, altitudeM: 0, knots: 0, course: 0 }),
    onShow: (take) => {
      show = take
    },
  })
  return { device, faults, show: (code) => show(code) }
}

/** Says a line and hears the answer, however long it takes. */
function ask(device: Device, line: string): string {
  device.receive(Buffer.from(`${line}\n`), 0)
  return device
    .transmit(1e9)
    .map((bytes) => Buffer.from(bytes).toString())
    .join('')
}

const raw = (device: Device): number[] => {
  ask(device, 'ATTCSMD=3')
  return ask(device, 'ATDATA').replace(' OK\n', '').split(', ').map(Number)
}

describe('the AS7265x', () => {
  it('answers as one does', () => {
    const { device } = make('as7265x')
    expect(ask(device, 'AT')).toBe('OK\n')
    expect(ask(device, 'ATVERSW')).toBe('12.0.0 OK\n')
    expect(ask(device, 'ATGAIN=3')).toBe('OK\n')
    expect(ask(device, 'ATGAIN')).toBe('3 OK\n')
    expect(ask(device, 'ATGAIN=4')).toBe('ERROR\n')
    expect(ask(device, 'ATINTTIME=0')).toBe('ERROR\n')
    expect(ask(device, 'ATFOO')).toBe('ERROR\n')
    expect(ask(device, 'ATTEMP')).toMatch(/^\d\d, \d\d, \d\d OK\n$/)
  })

  it.skipIf(folder === undefined)('has the channels where the vectors have them', () => {
    const vector = JSON.parse(readFileSync(`${folder}/as7265x-at.json`, 'utf8')) as {
      channel_order_on_wire: string[]
      wavelength_nm: Record<string, number>
      transcripts_real_values: { ATDATA: string }[]
    }
    const nm = vector.channel_order_on_wire.map((letter) => vector.wavelength_nm[letter]!)
    const { device, show } = make('as7265x')
    for (const command of ['ATGAIN=2', 'ATINTTIME=60', 'ATLED1=100', 'ATLED2=100', 'ATLED3=100']) ask(device, command)
    show('white')
    const white = raw(device)
    show('sunflower-oil')
    const sample = raw(device)
    // The oil's colour lies below 500 nm: on the wire those are the last channels but one.
    const share = nm.map((at, i) => ({ at, share: sample[i]! / white[i]! }))
    const below = share.filter(({ at }) => at < 450).map((point) => point.share)
    const above = share.filter(({ at }) => at > 600 && at < 850).map((point) => point.share)
    expect(Math.max(...below)).toBeLessThan(Math.min(...above))
    const form = /^(\d{1,5}, ){17}\d{1,5} OK\n$/
    for (const { ATDATA } of vector.transcripts_real_values) expect(ATDATA).toMatch(form)
    expect(ask(device, 'ATDATA')).toMatch(form)
  })

  it('is dark without lamps, saturates, and sends bursts', () => {
    const { device, faults, show } = make('as7265x')
    show('white')
    expect(Math.max(...raw(device))).toBeLessThan(50)
    faults.raise('saturated')
    expect(raw(device)).toEqual(Array.from({ length: 18 }, () => 65_535))
    expect(ask(device, 'ATCDATA')).toContain('4294967296.000')
    device.receive(Buffer.from('ATBURST=2,0\n'), 0)
    const lines = [0, 1, 2, 3]
      .flatMap((i) => device.transmit(1e9 + i * 1e6))
      .map((bytes) => Buffer.from(bytes).toString())
    expect(lines.filter((line) => /^65535, .*\d\n$/.test(line))).toHaveLength(2)
  })

  it('replays the same', () => {
    const [a, b] = [make('as7265x'), make('as7265x')]
    for (const { device, show } of [a, b]) {
      ask(device, 'ATLED1=100')
      show('olive-oil+10%sunflower-oil')
    }
    expect(raw(a.device)).toEqual(raw(b.device))
  })
})

describe('the spectrometer of JSON lines', () => {
  it('says who it is, and scans', () => {
    const { device, show, faults } = make('spectrum-json', { from: 900, to: 1000, step: 10, integrationUs: 1000 })
    const { identity } = JSON.parse(ask(device, '{"do":"identify"}')) as { identity: { axis: { milli: number[] } } }
    expect(identity.axis.milli).toEqual(Array.from({ length: 11 }, (_, i) => 900_000 + 10_000 * i))
    show('white')
    const dark = (JSON.parse(ask(device, '{"do":"scan","lit":false}')) as { scan: { counts: number[] } }).scan
    const lit = (JSON.parse(ask(device, '{"do":"scan","lit":true}')) as { scan: { counts: number[] } }).scan
    expect(dark.counts).toHaveLength(11)
    expect(Math.min(...lit.counts)).toBeGreaterThan(10 * Math.max(...dark.counts))
    faults.raise('refuse', 1)
    expect(ask(device, '{"do":"scan","lit":true}')).toBe('{"error":"lamp"}\n')
    expect(ask(device, 'rubbish')).toContain('error')
  })
})

describe('made-up foods', () => {
  it('are named as they are mixed', () => {
    expect(parseSample('olive-oil+12.5%sunflower-oil')).toEqual({
      food: 'olive-oil',
      adulterant: { food: 'sunflower-oil', share: 0.125 },
    })
    for (const text of ['', 'oil', 'olive-oil+10%', 'olive-oil+100%melamine', 'constructor', 'olive-oil+5%__proto__'])
      expect(parseSample(text)).toBeUndefined()
  })

  it('differ from sample to sample, less than from other foods', () => {
    const at = (text: string, batch: number): number => reflectanceOf(parseSample(text)!, batch, 670)
    expect(at('olive-oil', 1)).not.toBe(at('olive-oil', 2))
    const own = [1, 2, 3, 4].map((batch) => at('olive-oil', batch))
    expect(at('sunflower-oil', 1)).toBeGreaterThan(Math.max(...own) + 0.2)
  })

  it('make a table', () => {
    const lines = spectraTable({ sample: 'milk-powder', count: 3, seed: 1, nm: [900, 910] })
      .trimEnd()
      .split('\n')
    expect(lines[0]).toBe('sample,900,910')
    expect(lines).toHaveLength(4)
    expect(lines[3]).toMatch(/^milk-powder 3,0\.\d{6},0\.\d{6}$/)
  })
})
