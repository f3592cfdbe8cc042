import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../_ledger.ts'
import { Line } from './_line.ts'
import { nmea } from './nmea.ts'
import { scanner } from './scanner.ts'

const lines: Line[] = []
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
})
const ACK = Uint8Array.of(0x02, 0, 0, 1, 0, 0x33, 0x31)

function gun(trigger: 'none' | 'gm65' = 'none'): Line {
  const line = new Line()
  lines.push(line)
  return line.start(scanner, { aim: 'required', suffix: 'line-end', trigger, triggerEvery: 60 })
}

describe('a scanner', () => {
  it('is told by the check label whether it is set up rightly, and records nothing of it', () => {
    const line = gun()
    line.send(']d2010950600013435210TRISTAMP-CHECK\x1d21GS\r\n')
    expect(line.faults).toEqual([])
    line.send(']d2010950600013435210TRISTAMP-CHECK21GS\r\n')
    line.send('010950600013435210TRISTAMP-CHECK\x1d21GS\r\n')
    expect(line.faults).toEqual(['SCAN_SETUP', 'SCAN_SETUP'])
    expect(line.measurements).toEqual([])
  })

  it('tells of separators that seem lost, until one was seen', () => {
    const line = gun()
    const lost = ']C110ABC1233103001750\r\n'
    line.send(lost)
    expect(line.faults).toEqual(['SCAN_SEPARATOR'])
    line.send(']d2010950600013435210A\x1d21B\r\n')
    line.send(lost)
    expect(line.faults).toHaveLength(1)
    expect(line.measurements).toHaveLength(3)
  })

  it('is triggered again after each scan, whose acknowledgement may stick to it', async () => {
    const line = new Line()
    lines.push(line)
    let triggers = 0
    line.onWrite = (bytes) => {
      expect(Buffer.from(bytes).toString('hex')).toBe('7e000801000201' + '02da')
      triggers++
      queueMicrotask(() => line.send(ACK))
      if (triggers === 1)
        queueMicrotask(() => line.send(Buffer.concat([Buffer.from(']C0tristamp:end'), ACK, Buffer.from('\r\n')])))
    }
    line.start(scanner, { aim: 'required', suffix: 'line-end', trigger: 'gm65', triggerEvery: 60 })
    await until(() => triggers >= 3)
    expect(line.measurements).toMatchObject([{ kind: 'scan', text: ']C0tristamp:end' }])
    expect(line.states.at(-1)).toEqual(['up', undefined])
  })

  it('that does not acknowledge is said to be silent', async () => {
    const line = gun('gm65')
    await until(() => line.states.some(([state, code]) => state === 'down' && code === 'DEVICE_SILENT'), 60_000)
  })
})

describe('a receiver', () => {
  const sentence = (body: string): string => {
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
  }
  const epoch = (time: string): string =>
    sentence(`GPGGA,${time},3014.4000,N,10928.8000,E,1,09,1.1,480.0,M,0.0,M,,`) +
    sentence(`GPRMC,${time},A,3014.4000,N,10928.8000,E,0.1,0.0,221126,,,A`)

  it('that hung and repeats itself gives no fixes', () => {
    const line = new Line()
    lines.push(line)
    line.start(nmea, { hdopMax: 5, silence: 10_000 })
    line.send(epoch('031500.00') + epoch('031500.00') + epoch('031501.00'))
    expect(line.measurements.map(({ kind }) => kind)).toEqual(['fix', 'no-fix', 'fix'])
  })

  it('that has just started is not believed for as long as it is told', () => {
    const line = new Line()
    lines.push(line)
    let ms = 0
    line.clock = () => ms
    line.start(nmea, { hdopMax: 5, silence: 10_000, settle: 60 })
    line.send(epoch('031500.00'))
    ms = 59
    line.send(epoch('031501.00'))
    ms = 60
    line.send(epoch('031502.00'))
    expect(line.measurements.map(({ kind }) => kind)).toEqual(['no-fix', 'no-fix', 'fix'])
  })

  it('that speaks something else is said to be so, not taken for silent or well', async () => {
    const line = new Line()
    lines.push(line)
    line.start(nmea, { hdopMax: 5, silence: 60 })
    const chatter = setInterval(() => line.send(Uint8Array.of(0xb5, 0x62, 1, 2, 3)), 10)
    await line.ended
    clearInterval(chatter)
    expect(line.states.at(-1)).toEqual(['down', 'DEVICE_FRAME'])
  })
})
