import { describe, expect, it } from 'vitest'
import { formatOf } from './format.ts'
import { en as english } from './i18n/en.ts'
import { languageOf } from './i18n/language.ts'
import { zh as chinese } from './i18n/zh.ts'
import { inFours } from './in-fours.ts'
import { offsetMs } from './local-time.ts'

const zh = languageOf('zh', chinese).format
const en = languageOf('en', english).format
const at = { ms: Date.parse('2026-11-22T11:10:31Z'), offset: '+08:00' }
const NB = '\u00a0'
const WJ = '\u2060'

describe('times', () => {
  it("are the place's own clock, wherever the reader is", () => {
    expect(zh.time(at)).toBe('19:10')
    expect(en.time({ ...at, offset: '-05:30' })).toBe('05:40')
    expect(zh.day({ ms: Date.parse('2026-11-22T23:30:00Z'), offset: '+08:00' })).toBe(`11-${WJ}23`)
    expect(en.day(at)).toBe(`22${NB}Nov`)
    expect(zh.moment(at)).toBe(`11${NB}月${NB}22${NB}日 19:10`)
    expect(en.moment(at)).toBe(`22${NB}Nov 19:10`)
    expect(en.stamp(at)).toBe(`2026-11-22 19:10:31${NB}+08:00`)
  })

  it('reads an offset of another form as UTC', () => {
    expect(offsetMs('Z')).toBe(0)
    expect(offsetMs('-03:30')).toBe(-12_600_000)
  })

  it('writes dates as each language does', () => {
    expect(zh.date('2026-11-26')).toBe(`2026-${WJ}11-${WJ}26`)
    expect(en.date('2026-11-06')).toBe(`6${NB}Nov${NB}2026`)
  })
})

describe('quantities', () => {
  it.each([
    [40 * 60_000, `40${NB}分钟`, `40${NB}min`],
    [165 * 60_000, `2${NB}小时 45${NB}分`, `2${NB}h 45${NB}min`],
    [3_600_000, `1${NB}小时`, `1${NB}h`],
    [-5, `0${NB}分钟`, `0${NB}min`],
  ])('%i ms lasts %s', (ms, inZh, inEn) => {
    expect(zh.duration(ms)).toBe(inZh)
    expect(en.duration(ms)).toBe(inEn)
  })

  it('drops minutes of long times where they say nothing', () => {
    expect(en.roughly((60 * 60 + 50) * 60_000)).toBe(`61${NB}h`)
    expect(en.roughly(65 * 60_000)).toBe(`1${NB}h 5${NB}min`)
  })

  it('never makes a clock better than it is', () => {
    expect(en.doubt(40)).toBe(`1${NB}s`)
    expect(en.doubt(1001)).toBe(`2${NB}s`)
    expect(en.doubt(601_000)).toBe(`11${NB}min`)
  })

  it('keeps numbers and units together', () => {
    expect(zh.celsius(3700)).toBe(`3.7${NB}℃`)
    expect(en.celsius(-1250)).toBe(`\u22121.3${NB}°C`)
    expect(en.celsius(-20)).toBe(`0.0${NB}°C`)
    expect(en.range(0, 4000)).toBe(`0–${WJ}4${NB}°C`)
    expect(en.range(900, 3700)).toBe(`0.9–${WJ}3.7${NB}°C`)
    expect(en.range(1700, 3000)).toBe(`1.7–${WJ}3.0${NB}°C`)
    expect(en.range(2960, 3010)).toBe(`3.0${NB}°C`)
    expect(en.range(-18000, -15500)).toBe(`\u221218.0${NB}…${NB}\u221215.5${NB}°C`)
    expect(zh.distance(1_163_400)).toBe(`1,163${NB}公里`)
    expect(zh.percent(84, 92)).toBe(`84–${WJ}92${NB}%`)
  })
})

describe('in a language that runs from the right', () => {
  it('each run keeps its own way', () => {
    const write = (key: string, values: Record<string, unknown> = {}): string =>
      String(english[key as keyof typeof english]).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
    const { range, list } = formatOf(write, (text) => `[${text}]`)
    expect(range(0, 4000)).toBe(`[0–${WJ}4${NB}°C]`)
    expect(list(['A', 'B'])).toBe('[A], [B]')
  })
})

describe('inFours', () => {
  it('groups as packs are printed', () => {
    expect(inFours('7K3M92QD40X')).toEqual(['7K3M', '92QD', '40X'])
    expect(inFours('')).toEqual([])
  })
})
