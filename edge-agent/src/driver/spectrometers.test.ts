import { afterEach, describe, expect, it, vi } from 'vitest'
import { Line } from './_line.ts'
import { as7265x } from './as7265x.ts'
import { spectrumJson } from './spectrum-json.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const IDENTITY = {
  kind: 'nir-module',
  settings: { integrationUs: 100 },
  axis: { unit: 'nm', milli: [900_000, 910_000] },
  full: 65_535,
}

/** Answers each question by what the table has for it, or not at all. */
function answering(line: Line, answer: (question: string) => string | undefined): Line {
  line.onWrite = (bytes) => {
    for (const question of text(bytes).split('\n')) {
      const said = question === '' ? undefined : answer(question)
      if (said !== undefined) setTimeout(() => line.send(`${said}\n`), 1)
    }
  }
  return line
}

let line: Line
afterEach(async () => {
  await line.stop()
  vi.useRealTimers()
})

describe('the JSON spectrometer', () => {
  it('is asked who it is, and then scans when it is asked', async () => {
    line = answering(new Line(), (question) => {
      const { do: what, lit } = JSON.parse(question) as { do: string; lit?: boolean }
      return what === 'identify'
        ? JSON.stringify({ identity: IDENTITY })
        : `{"scan":{"counts":[${lit ? '9,8' : '1,2'}]}}`
    }).start(spectrumJson, { patience: 1000 })
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    expect(line.spectrometer!.identity).toEqual({
      instrument: { kind: 'nir-module' },
      settings: { integrationUs: 100 },
      axis: IDENTITY.axis,
      full: 65_535,
    })
    const scans = await Promise.all([line.spectrometer!.scan(true), line.spectrometer!.scan(false)])
    expect(scans).toEqual([{ counts: [9, 8] }, { counts: [1, 2] }])
  })

  it.each([
    ['another number of points', '{"scan":{"counts":[1,2,3]}}', 'DEVICE_FRAME'],
    ['its own refusal', '{"error":"lamp"}', 'DEVICE_EXCEPTION'],
  ])('gives no scan of %s', async (_, answer, code) => {
    line = answering(new Line(), (question) =>
      question.includes('identify') ? JSON.stringify({ identity: IDENTITY }) : answer,
    ).start(spectrumJson, { patience: 1000 })
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    await expect(line.spectrometer!.scan(true)).rejects.toMatchObject({ code })
  })

  it('that stops answering ends the session: a late answer must not be taken for the next one', async () => {
    line = answering(new Line(), (question) =>
      question.includes('identify') ? JSON.stringify({ identity: IDENTITY }) : undefined,
    ).start(spectrumJson, { patience: 50 })
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    await expect(line.spectrometer!.scan(true)).rejects.toMatchObject({ code: 'DEVICE_SILENT' })
    await line.ended
    expect(line.states.at(-1)).toEqual(['down', 'DEVICE_SILENT'])
  })
})

describe('the AS7265x', () => {
  const options = { gain: 2, integration: 1, lamps: ['white' as const], current: 0x12 }

  it('is set, and only the lamps that it is told are lit', async () => {
    const asked: string[] = []
    line = answering(new Line(), (question) => {
      asked.push(question)
      if (question === 'ATDATA') return `${Array.from({ length: 18 }, (_, i) => i).join(', ')} OK`
      return question === 'ATVERSW' ? '12.0.0 OK' : 'OK'
    }).start(as7265x, options)
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    expect(asked).toEqual(expect.arrayContaining(['ATGAIN=2', 'ATINTTIME=1', 'ATLEDC=0x12', 'ATLEDE=0x12', 'ATLED1=0']))
    expect(line.spectrometer!.identity.settings).toEqual({
      gain: 2,
      integration: 1,
      current: 0x12,
      whiteLamp: 1,
      irLamp: 0,
      uvLamp: 0,
    })
    const { counts } = await line.spectrometer!.scan(true)
    expect(counts).toEqual([12, 13, 14, 15, 16, 17, 6, 7, 0, 8, 1, 9, 2, 3, 4, 5, 10, 11])
    expect(asked).not.toContain('ATLED2=100')
    expect(asked.at(-1)).toBe('ATLED1=0')
  })

  it('is recorded as it says it is set, not as it was told', async () => {
    line = answering(new Line(), (question) => (question === 'ATGAIN' ? '3 OK' : 'OK')).start(as7265x, options)
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    expect(line.spectrometer!.identity.settings).toMatchObject({ gain: 3, integration: 1 })
  })

  it('that refuses a setting is down, with what it refused', async () => {
    line = answering(new Line(), (question) => (question === 'ATGAIN=2' ? 'ERROR' : 'OK')).start(as7265x, options)
    await line.ended
    expect(line.states).toEqual([['down', 'DEVICE_EXCEPTION']])
    expect(line.spectrometer).toBeUndefined()
  })

  it('in the middle of a burst is stopped first', async () => {
    line = answering(new Line(), (question) => {
      if (question === 'ATBURST=0') line.send('1, 2, 3\n4, 5')
      return question === 'AT' ? '\nOK' : 'OK'
    }).start(as7265x, options)
    await vi.waitFor(() => expect(line.spectrometer).toBeDefined(), 60_000)
    expect(line.states).toEqual([['up', undefined]])
  })
})
