import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCheckLabel, scannerFaults } from './codec/scan-check.ts'
import { sentence } from './error.ts'
import { reasonInChinese } from './reason-text.ts'

const station = new URL('station/', import.meta.url)

/** Every reason that a station gives for not taking a scan, as it stands in the code. */
function reasons(): string[] {
  const files = readdirSync(station).filter((name) => name.endsWith('.ts') && !/^_|\.test\./.test(name))
  const text = files.map((name) => readFileSync(new URL(name, station), 'utf8')).join('\n')
  const forms = [/\bwhy: '([^']+)'/g, /\b(?:wrong|refuse)\('([^']+)'\)/g, /\bwhy = .*\? '([^']+)' : '([^']+)'/g]
  return forms.flatMap((form) => [...text.matchAll(form)].flatMap(([, ...found]) => found))
}

describe('the reasons for people', () => {
  it('are Chinese in a Chinese sentence, every one that a station gives', () => {
    expect(reasons().length).toBeGreaterThan(8)
    for (const why of reasons()) expect(reasonInChinese(why), why).toMatch(/[一-鿿]/)
    expect(sentence('SCAN_ORDER', { text: 'x', why: 'choose an action first' }, 'zh')).toContain('请先扫步骤卡')
    expect(sentence('SCAN_ORDER', { text: 'x', why: 'choose an action first' }, 'en')).toContain(
      'choose an action first',
    )
    expect(reasonInChinese('it was more than 15 min ago')).toBe('已超过 15 分钟')
  })

  it('are Chinese where a scanner is not set up', () => {
    const labels = ['010950600013435210TRISTAMP-CHECK21GS', ']Q1010950600013435210TRISTAMP-CHECK#21GS']
    for (const faults of labels.map((label) => scannerFaults(readCheckLabel(label)!))) {
      expect(faults).toHaveLength(2)
      expect(reasonInChinese(faults.join('; ')).split('；')).toHaveLength(2)
      expect(reasonInChinese(faults.join('; '))).not.toContain('set it to')
    }
  })

  it('of others stand as they are', () => {
    expect(reasonInChinese('connect ECONNREFUSED 127.0.0.1:1883')).toBe('connect ECONNREFUSED 127.0.0.1:1883')
    expect(reasonInChinese('constructor')).toBe('constructor')
  })
})
