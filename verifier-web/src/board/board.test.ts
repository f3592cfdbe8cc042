import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { AnswerError } from '../own/answer.ts'
import { type FeedParts, listen, wait } from './feed.ts'
import { lineOf } from './line.ts'
import { readState, type State } from './model.ts'
import { bytes, doubt, gatewayState, headline, long, whatToDo } from './say.ts'
import { Since } from './since.ts'
import { SseParser } from './sse.ts'
import { inOrderOf } from './still-order.ts'
import { wordsOf } from './words/index.ts'
import { zh } from './words/zh.ts'

const NOW = 1_795_000_000_000
const STATE = {
  holder: 'ops',
  role: 'leader',
  origin: 'ledger.example/test',
  version: '0.1.0',
  atMs: NOW,
  startedAtMs: NOW - 60_000,
  concerns: [],
  intake: { lastMinute: 3, minutes: [null, 1, 2] },
  answers: { p50Ms: 1.5, p99Ms: 20, of: 9 },
  refused: 0,
  checkpoint: { size: 4, height: 2, atMs: NOW - 1000, waiting: 0, waitingSinceMs: null },
  witnesses: null,
  leader: null,
  disk: { freeBytes: 5e11, totalBytes: 1e12, bytesPerDay: null, daysLeft: null, state: 'ok' },
  gateways: {
    total: 1,
    online: 1,
    listed: [
      {
        ...{ name: 'org/one', state: 'online', sinceMs: null, lastBatchAtMs: NOW, heardAtMs: null, outbox: 2 },
        ...{ clock: { source: 'gnss', uncertaintyMs: 200 }, alarms: [], nextSeq: 1, version: null, minutes: null },
      },
    ],
  },
  holds: { count: 0, listed: [] },
  recalls: { count: 0, listed: [], drills: 0 },
  contradictions: { statements: 0, keys: 0 },
  complaints: { day: 2, week: 5, goods: 3, lastAtMs: NOW },
  errors: [],
}
const read = (change: object = {}): State => readState({ ...STATE, ...change })

describe('a state', () => {
  it('is read as the node tells it, and what a newer one adds is left out', () => {
    const state = read({ later: 1 })
    expect(state.gateways.listed[0]).toMatchObject({ name: 'org/one', outbox: 2, sinceMs: null })
    expect(state.intake.minutes).toEqual([null, 1, 2])
  })

  it('is refused where it is not as it must be, whatever came', () => {
    expect(() => read({ refused: -1 })).toThrow(AnswerError)
    expect(() =>
      read({ gateways: { total: 1, online: 1, listed: Array(500).fill(STATE.gateways.listed[0]) } }),
    ).toThrow(AnswerError)
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(STATE)), fc.jsonValue(), (name, value) => {
        try {
          read({ [name]: value })
        } catch (error) {
          expect(error).toBeInstanceOf(AnswerError)
        }
      }),
    )
  })
})

describe('server-sent events', () => {
  const text = ':\n\nretry: 2000\n\nevent: state\ndata: {"a":1}\n\ndata: x\r\ndata: y\r\n\r\nevent: empty\n\n'
  const wanted = [
    { event: 'state', data: '{"a":1}' },
    { event: 'message', data: 'x\ny' },
  ]

  it('are the same however the pieces are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const parser = new SseParser()
        const ends = [...cuts.sort((a, b) => a - b), text.length]
        const got = ends.flatMap((end, i) => parser.take(text.slice(ends[i - 1] ?? 0, end)))
        expect(got).toEqual(wanted)
      }),
    )
  })

  it('are bounded', () => {
    const parser = new SseParser()
    const flood = (): void => {
      for (let i = 0; i < 100; i++) parser.take(`data: ${'x'.repeat(65_536)}\n`)
    }
    expect(flood).toThrow(RangeError)
    expect(() => new SseParser().take('x'.repeat(5 << 20))).toThrow(RangeError)
  })
})

describe('the feed', () => {
  const stream = (pieces: string[], until?: AbortSignal | null): Response => {
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
        if (until == null) controller.close()
        else until.addEventListener('abort', () => controller.error(new Error('aborted')))
      },
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } })
  }
  const event = `event: state\ndata: ${JSON.stringify(STATE)}\n\n`
  const problem = (status: number, code: string): Response => new Response(JSON.stringify({ code }), { status })

  /** What the page is told, over so many answers of the ledger; the last one ends it. */
  async function told(answers: ((init?: RequestInit) => Response)[], more: Partial<FeedParts> = {}): Promise<string[]> {
    const heard: string[] = []
    const ending = new AbortController()
    let next = 0
    await listen(
      {
        state: ({ atMs }) => void heard.push(`state ${atMs - NOW}`),
        lost: (code) => void heard.push(code),
        refused: (code) => void heard.push(`refused ${code}`),
      },
      {
        token: 'x'.repeat(43),
        signal: ending.signal,
        pause: async () => {
          if (next >= answers.length) ending.abort()
        },
        fetch: async (_, init) => {
          expect(new Headers(init?.headers).get('Authorization')).toBe(`Bearer ${'x'.repeat(43)}`)
          return answers[next++]!(init)
        },
        ...more,
      },
    )
    return heard
  }

  const fails = (): Response => {
    throw new TypeError('failed to fetch')
  }

  it('makes a line anew that ends, and says nothing of it', async () => {
    const pieces = [() => stream([event.slice(0, 40), event.slice(40)]), () => stream([':\n\n', event])]
    expect(await told(pieces)).toEqual(['state 0', 'state 0'])
  })

  it('says at once that a line cannot be made anew, and why', async () => {
    expect(await told([() => stream([event]), fails])).toEqual(['state 0', 'OFFLINE'])
    expect(await told([() => stream([event]), () => problem(503, 'NODE_STOPPING')])).toEqual([
      'state 0',
      'NODE_STOPPING',
    ])
    // One by which nothing has come is none.
    expect(await told([() => stream([':\n\n'])])).toEqual(['OFFLINE'])
  })

  it('says after a moment that a line is not there yet that is made anew', async () => {
    const hangs = (init?: RequestInit): Response => stream([], init?.signal)
    const heard = await told([() => stream([event]), hangs], { graceMs: 10, quietMs: 300 })
    expect(heard).toEqual(['state 0', 'OFFLINE', 'QUIET'])
  })

  it('says why, and asks no more with a token that is none', async () => {
    expect(
      await told([
        fails,
        () => problem(503, 'BOARD_LISTENERS'),
        () => new Response('<html>', { status: 502 }),
        () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
        () => stream(['event: state\ndata: {"role":"king"}\n\n']),
        () => problem(401, 'TOKEN_UNKNOWN'),
      ]),
    ).toEqual(['OFFLINE', 'BOARD_LISTENERS', 'SERVER', 'SERVER', 'ANSWER_SHAPE', 'refused TOKEN_UNKNOWN'])
  })

  it('waits, and leaves nothing behind however it ends', async () => {
    /** Counts who listens. */
    class Machine extends EventTarget {
      listening = 0
      override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
        this.listening++
        super.addEventListener(...args)
      }
      override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
        this.listening--
        super.removeEventListener(...args)
      }
    }
    const machine = new Machine()
    const ending = new AbortController()
    const removed = vi.spyOn(ending.signal, 'removeEventListener')
    await wait(1, ending.signal, machine)
    expect([machine.listening, removed.mock.calls.length]).toEqual([0, 1])
    const [online, aborted] = [wait(1e8, ending.signal, machine), wait(1e8, ending.signal, machine)]
    machine.dispatchEvent(new Event('online'))
    await online
    ending.abort()
    await aborted
    expect(machine.listening).toBe(0)
  })

  it('does not wait for a line by which nothing comes', async () => {
    expect(await told([(init) => stream([event], init?.signal)], { quietMs: 50 })).toEqual(['state 0', 'QUIET'])
  })
})

describe('in words', () => {
  const [english, chinese] = [wordsOf('en'), wordsOf('zh')]

  it('the headline is the worst, or that all is well', () => {
    expect(headline(read(), english)).toEqual({ tone: 'ok', text: '1 gateway, all is well' })
    expect(headline(read(), english)).not.toHaveProperty('todo')
    expect(headline(read({ role: 'follower' }), chinese).text).toBe('与上游一致，一切正常')
    const concerns = [
      { code: 'GATEWAYS_SILENT', tone: 'stop', count: 1 },
      { code: 'DISK_LOW', tone: 'care' },
    ]
    const gateways = { ...STATE.gateways, total: 8 }
    expect(headline(read({ concerns, gateways }), english)).toEqual({
      tone: 'stop',
      text: '8 gateways, 1 silent',
      todo: english.t('do.GATEWAYS_SILENT'),
    })
    expect(headline(read({ concerns: [{ code: 'LATER', tone: 'care' }] }), english).text).toBe('Look at this: LATER')
    const trouble = [{ code: 'CANNOT_WRITE', tone: 'stop', cause: 'DISK_FULL' }]
    expect(headline(read({ concerns: trouble }), english).text).toBe('The ledger cannot write')
    expect(headline(read({ concerns: trouble }), english).todo).toMatch(/^No batch is taken.* DISK_FULL$/)
  })

  it('says what to do about everything that it can say, in each language', () => {
    const codes = Object.keys(zh).flatMap((key) => /^concern\.([A-Z_]+)$/.exec(key)?.[1] ?? [])
    expect(codes.length).toBeGreaterThan(10)
    for (const code of codes) {
      expect(whatToDo({ code, tone: 'care', count: 0 }, english)).toMatch(/^[A-Z].*\.$/)
      expect(whatToDo({ code, tone: 'care', count: 0 }, chinese)).toMatch(/[\u4e00-\u9fff].*。$/)
    }
    expect(whatToDo({ code: 'LATER', tone: 'care', count: 0 }, english)).toBeUndefined()
    expect(whatToDo({ code: 'LATER', tone: 'care', count: 0, cause: 'X' }, english)).toBe('X')
  })

  it('lengths, sizes and doubts have the unit that says enough', () => {
    const text = (ms: number): string => long(ms, english).replaceAll('\u00a0', ' ')
    expect([400, 59_000, 61_000, 4_680_000, 40_000_000, 200_000_000].map(text)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '1 h 18 min',
      '11 h',
      '2 days',
    ])
    expect([999, 31_400_000_000, 1_200_000].map((n) => bytes(n, english).replace('\u00a0', ' '))).toEqual([
      '999 B',
      '31 GB',
      '1.2 MB',
    ])
    const [one] = read().gateways.listed
    expect(doubt(one!, english)).toBe('±0.2\u00a0s')
    expect(doubt(one!, chinese)).toBe('±0.2\u00a0秒')
    const late = { source: 'system', uncertaintyMs: 1_260_000 }
    expect(doubt({ ...one!, clock: late }, english)).toBe('±21\u00a0min')
    expect(doubt({ ...one!, clock: late }, chinese)).toBe('±21\u00a0分钟')
    expect(doubt({ ...one!, clock: null }, english)).toBe('—')
    expect(gatewayState({ ...one!, state: 'silent', sinceMs: NOW }, () => 4_680_000, english)).toEqual({
      tone: 'stop',
      text: 'Silent for 1 h 18 min',
    })
  })
})

describe('the line of an hour', () => {
  it('is broken and hatched where nobody counted', () => {
    expect(lineOf([null, null, 0, 4, 2])).toEqual({ path: 'M50 25L75 3L100 14', gaps: [{ x: 0, width: 50 }] })
    expect(lineOf([])).toEqual({ path: '', gaps: [] })
  })
})

describe('how old it is', () => {
  it('is what has gone by on either clock: one sleeps with the machine, the other may be set', () => {
    const now = { steady: 1000, calendar: NOW }
    const since = new Since({ steady: () => now.steady, calendar: () => now.calendar })
    now.steady += 3000
    expect(since.ms).toBe(3000)
    // It slept for an hour, of which only the calendar knows.
    now.calendar += 3_600_000
    expect(since.ms).toBe(3_600_000)
    since.mark()
    expect(since.ms).toBe(0)
    // It was put back: that makes nothing younger.
    now.steady += 5000
    now.calendar -= 86_400_000
    expect(since.ms).toBe(5000)
  })
})

describe('rows under a pointer', () => {
  it('stay where they stood; what is new comes after them, and nothing is lost or doubled', () => {
    const rows = (...names: string[]): { name: string }[] => names.map((name) => ({ name }))
    expect(inOrderOf(rows('c', 'new', 'a', 'b'), ['a', 'b', 'c', 'gone'])).toEqual(rows('a', 'b', 'c', 'new'))
    const names = fc.uniqueArray(fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(names, names, (now, before) => {
        const order = inOrderOf(rows(...now), before).map(({ name }) => name)
        expect([...order].sort()).toEqual([...now].sort())
        const kept = before.filter((name) => now.includes(name))
        expect(order.slice(0, kept.length)).toEqual(kept)
      }),
    )
  })
})
