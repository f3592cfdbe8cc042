import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { en } from '../i18n/en.ts'
import { zh } from '../i18n/zh.ts'
import type { Journey } from '../journey.ts'
import { firstLook, hourMs, scanFactsOf } from './facts.ts'
import { sendKept } from './kept.ts'
import { isProvince, PROVINCES } from './province.ts'
import { draftOf, keepDraft, keepOpened, keepReport, keepReports, keptReports, markOf, openedHere } from './shelf.ts'
import { written } from './written.ts'

it('has a name for every province, each its own', () => {
  expect(PROVINCES.length).toBe(34)
  for (const words of [zh, en]) expect(new Set(PROVINCES.map((code) => words[`seen.province.${code}`])).size).toBe(34)
  expect([isProvince('CN-HB'), isProvince('Asia/Shanghai'), isProvince('__proto__')]).toEqual([true, false, false])
})

it('knows from the records when goods left and were sold', () => {
  const record = (step: string, ms: number, goods = 'pack'): object => ({
    step,
    at: { ms, offset: '+08:00' },
    event: { type: 'ObjectEvent', epcList: [goods] },
  })
  const facts = (...records: object[]): object => scanFactsOf({ records } as unknown as Journey, 'pack')
  expect(facts(record('commission', 1), record('ship', 5), record('ship', 3), record('sell', 9))).toEqual({
    shippedMs: 3,
    soldMs: 9,
  })
  expect(facts(record('dispense', 7))).toEqual({ soldMs: 7 })
  expect(facts()).toEqual({})
  // What it was made from left somewhere else, and another pack of its lot is not this one; the case that it is in is.
  const lot = record('sell', 4, 'lot')
  expect(facts(record('ship', 1, 'pig'), record('commission', 2), lot, record('ship', 6, 'case'))).toEqual({
    shippedMs: 6,
  })
  expect(hourMs('2026-11-22T08Z')).toBe(Date.parse('2026-11-22T08:00:00Z'))
})

it('calls a look the first only if it is this one and was counted', () => {
  const of = (counted: boolean, times: number, firstSeen?: string): string =>
    firstLook({ counted, times, ...(firstSeen !== undefined && { firstSeen }) }).kind
  expect(of(true, 1, '2026-11-22T08Z')).toBe('now')
  expect(of(true, 2, '2026-11-20T08Z')).toBe('hour')
  // Whoever is not counted reads when the only look before was.
  expect(of(false, 1, '2026-11-20T08Z')).toBe('hour')
  expect(of(false, 0)).toBe('none')
})

it('sends what was written without the signs that nobody sees', () => {
  expect(written('  脚\u200b本\ufeff坏了\r\n第二行\u2028第三行\t完 ')).toBe('脚本坏了\n第二行\n第三行\t完')
  expect(written('\u{1f468}\u200d\u{1f469} \u202e\ud800\ue000.')).toBe('\u{1f468}\u{1f469} .')
  expect(written('\u200b\u00ad')).toBe('')
})

describe('what is kept on the device', () => {
  const items = new Map<string, string>()
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  beforeEach(() => {
    items.clear()
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true })
  })
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage')
  })

  it('is some reports, and no more than that', () => {
    for (let i = 0; i < 5; i++) expect(keepReport({ i })).toBe(true)
    expect(keepReport({ i: 5 })).toBe(false)
    expect(keptReports()).toHaveLength(5)
    keepReports([])
    expect([keptReports(), items.size]).toEqual([[], 0])
  })

  it('is sent once, whoever asks for it meanwhile, and waits on where it cannot be sent', async () => {
    vi.stubGlobal('navigator', {})
    const sent: unknown[] = []
    let answer = (): Response => new Response('{}', { status: 201 })
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      sent.push(JSON.parse(String(init.body)))
      await Promise.resolve()
      return answer()
    })
    try {
      for (let i = 0; i < 3; i++) keepReport({ i })
      await Promise.all([sendKept(), sendKept(), sendKept()])
      expect(sent).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }])
      expect(keptReports()).toEqual([])
      keepReport({ i: 3 })
      answer = () => new Response('{}', { status: 503 })
      await sendKept()
      expect(keptReports()).toEqual([{ i: 3 }])
      // Another tab sends them: this one looks what is left when its turn comes.
      const locks = {
        request: async (_: string, work: () => Promise<void>) => {
          keepReports([])
          await work()
        },
      }
      vi.stubGlobal('navigator', { locks })
      await sendKept()
      expect(sent).toHaveLength(4)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('is what is being written, of these goods alone and in this tab alone', () => {
    const draft = { kind: 'smell', text: 'sour', contact: 'ann' }
    expect(draftOf('a')).toBeUndefined()
    keepDraft('a', draft)
    expect([draftOf('a'), items.size]).toEqual([undefined, 0])
    const tab = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => tab.get(key) ?? null,
      setItem: (key: string, value: string) => void tab.set(key, value),
      removeItem: (key: string) => void tab.delete(key),
    })
    try {
      keepDraft('a', draft)
      expect([draftOf('a'), draftOf('b'), items.size]).toEqual([draft, undefined, 0])
      // A form of other goods in which nothing was written yet.
      keepDraft('b', undefined)
      expect(draftOf('a')).toEqual(draft)
      keepDraft('a', undefined)
      expect(tab.size).toBe(0)
      for (const value of ['{', '7', '[]', '{"of":"a","kind":1,"text":"","contact":""}']) {
        tab.set('tristamp/1/draft', value)
        expect(draftOf('a')).toBeUndefined()
      }
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('is a mark for each sealed code, its own', () => {
    expect(markOf('a')).toMatch(/^[A-Za-z0-9_-]{22}$/)
    const [mark, again, other] = ['a', 'a', 'b'].map(markOf)
    expect([mark === again, mark === other]).toEqual([true, false])
    items.set('tristamp/1/marks', '[["c",7],["a","<b>"],3]')
    expect(markOf('c')).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })

  it('survives what others left there', () => {
    for (const value of ['{', '7', '[null,7,"x"]', '"x"']) {
      items.set('tristamp/1/reports', value)
      items.set('tristamp/1/opened', value)
      expect(keptReports()).toEqual([])
      expect(openedHere('a')).toBe(false)
    }
    keepOpened('a')
    expect(openedHere('a')).toBe(true)
    Reflect.deleteProperty(globalThis, 'localStorage')
    expect([openedHere('a'), keepReport({}), keptReports()]).toEqual([false, false, []])
    expect(markOf('never kept')).toBe(markOf('never kept'))
  })
})
