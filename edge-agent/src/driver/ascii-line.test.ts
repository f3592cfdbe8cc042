import * as v from 'valibot'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../_ledger.ts'
import { Line } from './_line.ts'
import { type AsciiLineOptions, asciiLine } from './ascii-line.ts'

const lines: Line[] = []
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
})

const TEMPER: AsciiLineOptions = {
  line: 'Temp-Inner:{Temperature} [C],{RelativeHumidity} [%RH]',
  end: '<',
  request: 'ReadTemp',
  requestEnd: 'none',
  units: {},
  sentinels: [-127, 85],
  confirm: 0.5,
  every: 10,
  timeout: 30,
}

function start(options: Partial<AsciiLineOptions>, ...replies: (string | undefined)[]): Line {
  const line = new Line()
  lines.push(line)
  line.onWrite = () => {
    const reply = replies.length > 1 ? replies.shift() : replies[0]
    if (reply !== undefined) queueMicrotask(() => line.send(reply))
  }
  return line.start(asciiLine, { ...TEMPER, ...options })
}
const readings = (line: Line): unknown[] =>
  line.measurements.flatMap((m) =>
    m.kind === 'reading' ? [m.quantities.map(({ milli, flag }) => (flag ? 'flagged' : milli))] : [],
  )

describe('ascii-line', () => {
  it('asks, reads, and asks again to be sure', async () => {
    const line = start({}, 'Temp-Inner:25.31 [C],47.06 [%RH]<')
    await until(() => readings(line).length >= 2)
    expect(readings(line)[0]).toEqual([25_310, 47_060])
    expect(Buffer.from(line.written[0]!).toString()).toBe('ReadTemp')
    expect(line.written.length).toBeGreaterThanOrEqual(4)
  })

  it.each([
    ['° in Latin-1', '°C', [0xb0, 0x43]],
    ['° in UTF-8', '°C', [0xc2, 0xb0, 0x43]],
    ['℃ in UTF-8', '℃', [0xe2, 0x84, 0x83]],
    ['℃ in GBK', '℃', [0xa1, 0xe6]],
  ])('reads %s', async (_, sign, degree) => {
    const answer = Uint8Array.from([...Buffer.from('T=-2.31'), ...degree, ...Buffer.from(' H=47.06%\r\n')])
    const line = start({ line: `T={Temperature}${sign} H={RelativeHumidity}%`, end: '' })
    line.onWrite = () => queueMicrotask(() => line.send(answer))
    await until(() => readings(line).length >= 1)
    expect(readings(line)[0]).toEqual([-2_310, 47_060])
  })

  it('believes no other byte above ASCII', async () => {
    const line = start({ line: 'T={Temperature} {*}', end: '' })
    line.onWrite = () => queueMicrotask(() => line.send(Uint8Array.from([...Buffer.from('T=2.31 '), 0xb1, 0x0d])))
    await until(() => line.faults.includes('DEVICE_FRAME'))
    expect(readings(line)).toEqual([])
  })

  it('does not believe one answer that two others contradict', async () => {
    const line = start(
      {},
      'Temp-Inner:25.31 [C],47.06 [%RH]<',
      'Temp-Inner:75.31 [C],47.06 [%RH]<',
      'Temp-Inner:25.30 [C],47.06 [%RH]<',
    )
    await until(() => readings(line).length >= 1)
    expect(readings(line)[0]).toEqual([25_300, 47_060])
    expect(line.faults).toContain('DEVICE_FRAME')
  })

  it.each([
    ['an error word', 'Temp-Inner:nan [C],47.06 [%RH]<', 'DEVICE_VALUE'],
    ['zeros', 'Temp-Inner:0.00 [C],0.00 [%RH]<', 'DEVICE_VALUE'],
    ['another line', 'Hello<', 'DEVICE_FRAME'],
    ['half a line', 'Temp-Inner:25.3', 'DEVICE_FRAME'],
    ['nothing', undefined, 'DEVICE_SILENT'],
  ])('records %s as missing', async (_, reply, code) => {
    const line = start({ timeout: 10 }, reply)
    await line.ended
    expect(new Set(line.measurements.map((m) => (m.kind === 'missing' ? m.code : m.kind)))).toEqual(new Set([code]))
  })

  it('flags what a library gives for a probe that is gone, and what cannot be', async () => {
    const gone = start({}, 'Temp-Inner:-127.00 [C],47.06 [%RH]<')
    await until(() => readings(gone).length >= 1)
    expect(readings(gone)[0]).toEqual(['flagged', 47_060])
    const wet = start({}, 'Temp-Inner:2.00 [C],147.06 [%RH]<')
    await until(() => readings(wet).length >= 1)
    expect(readings(wet)[0]).toEqual([2000, 'flagged'])
  })

  it('strips its own echo, and converts units once', async () => {
    const line = start({ line: 'T={Temperature} F', units: { Temperature: 'FAH' } }, 'ReadTempT=32.9 F<')
    await until(() => readings(line).length >= 1)
    expect(readings(line)[0]).toEqual([500])
  })

  it('hears a logger that speaks by itself, line by line', async () => {
    const line = new Line()
    lines.push(line)
    line.start(asciiLine, { ...TEMPER, line: '{*};{Temperature};{RelativeHumidity}', end: '', request: '' })
    line.send('7;2.5;80\r\nnois')
    await until(() => readings(line).length >= 1)
    line.send('e;;\r\n8;2.6;81\r\n')
    await until(() => readings(line).length >= 1 && line.measurements.length >= 2)
    expect(readings(line)[0]).toEqual([2500, 80_000])
  })

  it('has options that are checked', () => {
    const schema = v.strictObject(asciiLine.options)
    expect(v.parse(schema, { line: 'T={Temperature}' })).toMatchObject({ end: '', request: '', every: 60_000 })
    for (const bad of [
      {},
      { line: 'T=' },
      { line: '{Warmth}' },
      { line: 'T={Temperature}', end: 'xx' },
      { line: 'T={Temperature}', request: 'a\nb' },
      { line: 'T={Temperature}', units: { Temperature: 'RANKINE' } },
    ])
      expect(v.safeParse(schema, bad).success, JSON.stringify(bad)).toBe(false)
  })
})
