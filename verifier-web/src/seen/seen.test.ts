import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../i18n/zh.ts'
import type { Journey } from '../journey.ts'
import { hourMs, scanFactsOf } from './facts.ts'
import { keepOpened, keepReport, keepReports, keptReports, openedHere } from './shelf.ts'
import { en } from './words/en.ts'
import { provinceName, provinces } from './words/regions.ts'
import { zh } from './words/zh.ts'

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message))
const placeholders = (text = ''): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort()

describe('words', () => {
  it.each(Object.keys(zh) as (keyof typeof zh)[])('%s says the same in both languages, and promises nothing', (key) => {
    expect(placeholders(forms(en[key]).at(-1))).toEqual(placeholders(forms(zh[key]).at(-1)))
    for (const text of [...forms(zh[key]), ...forms(en[key])])
      expect(text).not.toMatch(/authentic|genuine|guarantee|正品|保真|真品/i)
  })

  it('name every province once in each language', () => {
    for (const lang of ['zh', 'en'] as const) {
      expect(new Set(provinces(lang).map(([, name]) => name)).size).toBe(34)
      expect(provinceName('CN-HB', lang)).toBe(lang === 'zh' ? '湖北' : 'Hubei')
      expect(provinceName('Asia/Shanghai', lang)).toBeUndefined()
    }
  })
})

it('knows from the records when goods left and were sold', () => {
  const record = (step: string, ms: number): object => ({ step, at: { ms, offset: '+08:00' } })
  const journey = (...records: object[]): Journey => ({ records }) as unknown as Journey
  expect(
    scanFactsOf(journey(record('commission', 1), record('ship', 5), record('ship', 3), record('sell', 9))),
  ).toEqual({
    shippedMs: 3,
    soldMs: 9,
  })
  expect(scanFactsOf(journey(record('dispense', 7)))).toEqual({ soldMs: 7 })
  expect(scanFactsOf(journey())).toEqual({})
  expect(hourMs('2026-11-22T08Z')).toBe(Date.parse('2026-11-22T08:00:00Z'))
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
  })
})
