import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../_ledger.ts'
import { crc16 } from '../codec/modbus-rtu.ts'
import { AgentError } from '../error.ts'
import type { Link } from '../transport/index.ts'
import { Line } from './_line.ts'
import { type LineDriver, supervise } from './index.ts'
import { type ModbusThOptions, modbusTh } from './modbus-th.ts'
import { nmea } from './nmea.ts'
import { scanner } from './scanner.ts'

const lines: Line[] = []
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
})

function start<O>(driver: LineDriver<O>, options: O, onWrite?: (line: Line) => (bytes: Uint8Array) => void): Line {
  const line = new Line()
  if (onWrite) line.onWrite = onWrite(line)
  lines.push(line)
  return line.start(driver, options)
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const GOOD = hex('010404013102222ACE')

describe('modbus-th', () => {
  const options: ModbusThOptions = { profile: 'xy-md02', unit: 1, every: 20, timeout: 30 }
  const answering = (...replies: (Uint8Array | undefined)[]) => {
    return (line: Line) => (): void => {
      const reply = replies.length > 1 ? replies.shift() : replies[0]
      if (reply) queueMicrotask(() => line.send(reply))
    }
  }

  it('polls and reads both values', async () => {
    const line = start(modbusTh, options, answering(GOOD))
    await until(() => line.measurements.length >= 3)
    expect(Buffer.from(line.written[0]!).toString('hex')).toBe('010400010002200b')
    expect(line.measurements[0]).toMatchObject({
      kind: 'reading',
      quantities: [
        { type: 'Temperature', milli: 30_500, uom: 'CEL' },
        { type: 'RelativeHumidity', milli: 54_600, uom: 'P1' },
      ],
    })
    expect(line.states.every(([state]) => state === 'up')).toBe(true)
  })

  it('reads below zero', async () => {
    const line = start(modbusTh, options, answering(hex('010404FF3302C1FB6F')))
    await until(() => line.measurements.length > 0)
    expect(line.measurements[0]).toMatchObject({ quantities: [{ milli: -20_500 }, { milli: 70_500 }] })
  })

  it('asks again after a damaged or missing answer', async () => {
    const damaged = GOOD.slice()
    damaged[4]! ^= 1
    const line = start(modbusTh, options, answering(damaged, undefined, GOOD))
    await until(() => line.measurements.length > 0)
    expect(line.measurements[0]).toMatchObject({ kind: 'reading' })
    expect(line.faults).toEqual(['DEVICE_FRAME', 'DEVICE_SILENT'])
  })

  it('does not take a late answer for the next one', async () => {
    const other = hex('010404011D027F2AFE')
    let polls = 0
    const line = start(modbusTh, options, (at) => () => {
      polls++
      // The first answer comes after its time is over; the second in time.
      if (polls === 1) setTimeout(() => at.send(GOOD), 40)
      else queueMicrotask(() => at.send(other))
    })
    await until(() => line.measurements.length > 0)
    expect(line.measurements[0]).toMatchObject({ quantities: [{ milli: 28_500 }, { milli: 63_900 }] })
  })

  it.each([
    ['silence', undefined, 'DEVICE_SILENT'],
    ['an exception', hex('018402C2C1'), 'DEVICE_EXCEPTION'],
    ['the zeros of a dead element', hex('01040400000000FB84'), 'DEVICE_VALUE'],
  ])('records %s as missing, and gives the line up after a while', async (_, reply, code) => {
    const line = start(modbusTh, { ...options, timeout: 2, every: 1 }, answering(reply))
    await line.ended
    expect(line.measurements).toHaveLength(5)
    expect(new Set(line.measurements.map((m) => (m.kind === 'missing' ? m.code : m.kind)))).toEqual(new Set([code]))
    expect(line.states.at(-1)).toEqual(['down', code])
  })

  it('knows clones that are described in the configuration', async () => {
    const profile = {
      fn: 4,
      address: 1,
      temperature: 1,
      humidity: 0,
      milliPerUnit: 100,
      negative: 'minus-10000',
    } as const
    // 0x283C = 10300: 300 below zero, in tenths
    const body = [...hex('0104040132283C')]
    const crc = crc16(body, body.length)
    const line = start(modbusTh, { ...options, profile }, answering(Uint8Array.from([...body, crc & 0xff, crc >> 8])))
    await until(() => line.measurements.length > 0)
    expect(line.measurements[0]).toMatchObject({ quantities: [{ milli: -30_000 }, { milli: 30_600 }] })
  })
})

describe('scanner', () => {
  it('gives scans, and says what it did not take', async () => {
    const line = start(scanner, { aim: 'required', suffix: 'line-end' })
    line.send(']d2010950110153')
    line.send('0003211\r\n0109501101530003\r\n]C0half')
    await until(() => line.faults.length === 2)
    expect(line.measurements).toMatchObject([{ kind: 'scan', text: ']d20109501101530003211' }])
    expect(line.faults).toEqual(['SCAN_UNKNOWN', 'SCAN_CUT'])
  })

  it('takes scans without AIM identifier where that is allowed, and without suffix', async () => {
    const line = start(scanner, { aim: 'optional', suffix: 'silence' })
    line.send('tristamp:end')
    await until(() => line.measurements.length === 1)
    expect(line.measurements).toMatchObject([{ kind: 'scan', text: 'tristamp:end' }])
  })

  it('takes a scan that silence ends also by a clock that runs behind the timers', async () => {
    const line = start(scanner, { aim: 'optional', suffix: 'silence' })
    line.clock = () => performance.now() / 2
    line.send('tristamp:end')
    await until(() => line.measurements.length === 1)
    expect(line.measurements).toMatchObject([{ kind: 'scan', text: 'tristamp:end' }])
  })
})

describe('nmea', () => {
  const sentence = (body: string): string => {
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
  }
  const epoch = (date: string, hdop: string): string =>
    sentence(`GPGGA,031500.00,3014.4000,N,10928.8000,E,1,09,${hdop},480.0,M,0.0,M,,`) +
    sentence(`GPRMC,031500.00,A,3014.4000,N,10928.8000,E,0.1,0.0,${date},,,A`)

  it('gives fixes with their accuracy, and refuses doubtful ones', () => {
    const line = start(nmea, { hdopMax: 5, silence: 10_000 })
    line.send(
      epoch('221126', '1.1') +
        epoch('221126', '5.1') +
        epoch('080407', '1.1') +
        epoch('221126', '1.1').replace('*', '*1'),
    )
    expect(line.measurements).toMatchObject([
      { kind: 'fix', latE7: 302400000, lonE7: 1094800000, accuracyM: 6, satellites: 9 },
      { kind: 'no-fix', why: 'HDOP 5.1 above 5' },
      { kind: 'no-fix', why: 'the date is not believable' },
    ])
    expect(line.faults).toEqual(['GNSS_IMPLAUSIBLE', 'DEVICE_FRAME'])
  })

  it('tells of a receiver that speaks but never says both where and when', async () => {
    const line = start(nmea, { hdopMax: 5, silence: 50 })
    const speaking = setInterval(
      () => line.send(sentence('GPGGA,031500.00,3014.4,N,10928.8,E,1,09,1.1,480.0,M,0.0,M,,')),
      10,
    )
    await until(() => line.measurements.length > 0).finally(() => clearInterval(speaking))
    expect(line.states.at(-1)).toEqual(['degraded', 'GNSS_NO_FIX'])
    expect(line.measurements[0]).toMatchObject({
      kind: 'no-fix',
      why: 'no GGA and RMC of the same instant: switch both on',
    })
  })

  it('gives up a line that fell silent', async () => {
    const line = start(nmea, { hdopMax: 5, silence: 50 })
    await line.ended
    expect(line.states.at(-1)).toEqual(['down', 'DEVICE_SILENT'])
  })
})

describe('supervise', () => {
  it('opens the line again and again, whatever ends it, until it is stopped', async () => {
    const stop = new AbortController()
    const states: string[] = []
    let opened = 0
    const driver: LineDriver<unknown> = {
      kind: 'x',
      gives: 'reading',
      needs: 'line',
      baudRate: 9600,
      options: {},
      session(_options, context) {
        opened++
        if (opened === 1) throw new Error('a bug')
        context.emit({ kind: 'reading', atMs: 0, quantities: [] })
        return Promise.resolve()
      },
    }
    const link: Link = {
      closed: Promise.resolve(undefined),
      close: () => Promise.resolve(),
      onData: () => undefined,
      write: () => Promise.resolve(),
    }
    let tries = 0
    const open = (): Promise<Link> =>
      tries++ === 0 ? Promise.reject(new AgentError('PORT_MISSING', {})) : Promise.resolve(link)
    const device = { id: 'one', driver: 'x', address: { kind: 'tcp', host: 'h', port: 1 } } as const
    const sink = {
      now: () => 0,
      emit: () => undefined,
      state: (_id: string, state: string, error?: AgentError) => void states.push(`${state} ${error?.code}`),
      fault: () => undefined,
      problem: (code: AgentError['code']) => new AgentError(code, {}),
    }
    const running = supervise(driver, device, {}, sink, stop.signal, open)
    await until(() => opened >= 3, 60_000)
    stop.abort()
    await running
    expect(states).toEqual(['down PORT_MISSING', 'down DEVICE_FAILED'])
  })

  it('ends a session whose driver stumbles over what it hears, and nothing else', async () => {
    const stop = new AbortController()
    const states: string[] = []
    let opened = 0
    let hear: (chunk: Uint8Array) => void = () => undefined
    const driver: LineDriver<unknown> = {
      kind: 'x',
      gives: 'reading',
      needs: 'line',
      baudRate: 9600,
      options: {},
      async session(_options, { link, signal, state }) {
        link.onData((chunk) => {
          if (chunk[0] === 0) throw new RangeError('outside of the bounds')
          state('up')
        })
        opened++
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
    }
    const open = (): Promise<Link> => {
      let close: () => void = () => undefined
      const closed = new Promise<undefined>((resolve) => {
        close = () => resolve(undefined)
      })
      return Promise.resolve({
        closed,
        close: () => Promise.resolve(close()),
        onData: (listener) => {
          hear = listener
        },
        write: () => Promise.resolve(),
      })
    }
    const device = { id: 'one', driver: 'x', address: { kind: 'tcp', host: 'h', port: 1 } } as const
    const sink = {
      now: () => 0,
      emit: () => undefined,
      state: (_id: string, state: string, error?: AgentError) => void states.push(`${state} ${error?.code}`),
      fault: () => undefined,
      problem: (code: AgentError['code']) => new AgentError(code, {}),
    }
    const running = supervise(driver, device, {}, sink, stop.signal, open)
    await until(() => opened === 1)
    // As the line's own event would: what is thrown here would end the program.
    expect(() => hear(Uint8Array.of(0))).not.toThrow()
    await until(() => opened === 2, 60_000)
    hear(Uint8Array.of(1))
    stop.abort()
    await running
    expect(states).toEqual(['down DEVICE_FAILED', 'up undefined'])
  })
})
