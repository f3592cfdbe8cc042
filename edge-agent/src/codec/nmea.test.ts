import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Nmea, type NmeaMessage } from './nmea.ts'

const sentence = (body: string): string => {
  const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}
const gga = (o: { time?: string; quality?: string; lat?: string; seen?: string } = {}): string =>
  sentence(
    `GPGGA,${o.time ?? '031500.00'},${o.lat ?? '3014.4000,N'},10928.8000,E,${o.quality ?? '1'},${o.seen ?? '09,1.1'},480.0,M,0.0,M,,`,
  )
const rmc = (o: { time?: string; status?: string; date?: string; mode?: string; lat?: string } = {}): string =>
  sentence(
    `GNRMC,${o.time ?? '031500.00'},${o.status ?? 'A'},${o.lat ?? '3014.4000,N'},10928.8000,E,0.1,0.0,${o.date ?? '221126'},,,${o.mode ?? 'A'}`,
  )

function run(text: string, cuts: readonly number[] = []): NmeaMessage[] {
  const bytes = new TextEncoder().encode(text)
  const codec = new Nmea()
  const out: NmeaMessage[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    out.push(...codec.push(bytes.slice(from, cut), 7))
    from = cut
  }
  return out
}

const fix = {
  kind: 'fix',
  utcMs: Date.UTC(2026, 10, 22, 3, 15, 0),
  latE7: 302400000,
  lonE7: 1094800000,
  hdopMilli: 1100,
  satellites: 9,
  atMs: 7,
}

describe('Nmea', () => {
  it('gives one fix for a GGA and an RMC of the same instant, in either order', () => {
    expect(run(gga() + rmc())).toEqual([fix])
    expect(run(rmc() + gga())).toEqual([fix])
    expect(run(gga() + rmc() + gga({ time: '031501.00' }) + rmc({ time: '031501.00' }))).toHaveLength(2)
  })

  it('gives the same fixes for every chunking, between other sentences and noise', () => {
    const stream = `$GPG${gga()}noise${sentence('GPGSV,1,1,00')}${rmc()}`
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        expect(run(stream, cuts)).toEqual([fix])
      }),
    )
  })

  it('gives no fix for two instants, a wrong checksum, or sentences alone', () => {
    expect(run(gga() + rmc({ time: '031501.00' }))).toEqual([])
    expect(run(gga().replace('*', '*0') + rmc())).toEqual([])
    expect(run(gga().replace('3014', '3015') + rmc())).toEqual([])
    expect(run(gga() + gga())).toEqual([])
  })

  it.each([
    ['void', gga() + rmc({ status: 'V' })],
    ['no quality', gga({ quality: '0' }) + rmc()],
    ['dead reckoning', gga({ quality: '6' }) + rmc()],
    ['simulated', gga() + rmc({ mode: 'S' })],
    ['no date', gga() + rmc({ date: '' })],
    ['31 June', gga() + rmc({ date: '310626' })],
    ['empty latitude', gga({ lat: ',' }) + rmc()],
    ['latitude above 90', gga({ lat: '9100.0000,N' }) + rmc()],
    ['minutes above 59', gga({ lat: '3060.0000,N' }) + rmc()],
    ['no satellites', gga({ seen: '00,1.1' }) + rmc()],
    ['a dilution of nothing', gga({ seen: '09,0.00' }) + rmc()],
    ['two places at once', gga() + rmc({ lat: '3114.4000,N' })],
  ])('says that there is no fix: %s', (_, text) => {
    expect(run(text)).toMatchObject([{ kind: 'no-fix' }])
  })

  it("passes over its maker's own sentences, also those that end like a standard one", () => {
    const own = ['PUBX,00,031500.00', 'PMTK001,314,3', 'PSRF151,1', 'PGRMC,A,480.0,100', 'PQTMVER,1'].map(sentence)
    const codec = new Nmea()
    const bytes = new TextEncoder().encode(rmc() + own.join('') + sentence('GNTXT,01,01,02,u-blox') + gga())
    expect(codec.push(bytes, 7)).toEqual([fix])
    expect(codec.stats).toMatchObject({ bad: 0, good: 8 })
  })

  it('reads the south and the west as negative', () => {
    expect(run(gga({ lat: '0000.0006,S' }) + rmc({ lat: '0000.0006,S' }))).toMatchObject([{ latE7: -100 }])
  })

  it('knows the same instant and place, however many decimals each sentence has', () => {
    expect(run(gga() + rmc({ time: '031500.000', lat: '3014.40,N' }))).toMatchObject([{ kind: 'fix' }])
    expect(run(gga({ time: '031500' }) + rmc())).toMatchObject([{ kind: 'fix' }])
    expect(run(gga({ time: '031500.10' }) + rmc())).toEqual([])
  })

  it('never throws on noise', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('$', '*', ',', '\r\n', 'GPRMC,', gga())), { maxLength: 30 }),
        (parts) => {
          run(parts.join(''))
        },
      ),
    )
  })
})
