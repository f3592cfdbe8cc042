import { describe, expect, it } from 'vitest'
import { PACK, sampleVerdicts } from './_sample-verdicts.ts'
import { OLD_MS } from './age.ts'
import type { Finding } from './check.ts'
import { isNews, isStillSo } from './still-so.ts'

const of = (name: keyof typeof sampleVerdicts, more: Partial<Finding> = {}): Finding => {
  const verdict = sampleVerdicts[name]()
  return { state: verdict.state, subject: PACK, elements: new Map(), verdict, checkedAtMs: 1, ...more }
}

describe('isStillSo', () => {
  it('is true of the same goods in a later state of the ledger', () => {
    const later = of('consistent', { checkedAtMs: 2, bundle: Uint8Array.of(1) })
    const { verdict } = later
    if (verdict === undefined) throw new Error('no verdict')
    verdict.note = 'another note'
    verdict.sealedAtMs = (verdict.sealedAtMs ?? 0) + 60_000
    const [first, forked] = [of('consistent'), of('consistent')]
    const ledgerIs = (finding: Finding, status: 'failed' | 'unchecked'): void => {
      for (const check of finding.verdict?.checks ?? []) if (check.id === 'ledger') check.status = status
    }
    ledgerIs(first, 'unchecked')
    expect(isStillSo(first, later)).toBe(true)
    ledgerIs(forked, 'failed')
    expect(isStillSo(first, forked)).toBe(false)
    // A ledger that was rewritten goes on growing, and is no more rewritten for it.
    const grown = of('consistent')
    ledgerIs(grown, 'failed')
    for (const check of grown.verdict?.checks ?? []) if (check.id === 'ledger') check.detail = { from: 9, to: 99 }
    expect(isStillSo(forked, grown)).toBe(true)
  })

  it('is false of another verdict, of one record more, of another name, and where a recall was lifted', () => {
    const before = of('consistent')
    for (const name of ['recalled', 'held', 'none', 'mismatch', 'warm'] as const)
      expect([name, isStillSo(before, of(name))]).toEqual([name, false])
    const less = of('consistent')
    less.verdict?.events.pop()
    expect(isStillSo(before, less)).toBe(false)
    const renamed = of('consistent')
    if (renamed.verdict !== undefined) renamed.verdict.names = { ...renamed.verdict.names, places: new Map() }
    expect(isStillSo(before, renamed)).toBe(false)
    const lifted = of('recalled')
    for (const recall of lifted.verdict?.recalls ?? [])
      recall.lifted = { entry: 9, at: '2026-11-23T00:00:00Z', reason: 'all came back' }
    expect(isStillSo(of('recalled'), lifted)).toBe(false)
  })

  it('takes no notice of what the server counted, which no check finds', () => {
    expect(isStillSo(of('consistent', { state: 'elsewhere', counted: true }), of('consistent'))).toBe(true)
    expect(isStillSo(of('consistent', { state: 'elsewhere', counted: true }), of('recalled'))).toBe(false)
    expect(isStillSo(of('held', { counted: true }), of('held'))).toBe(true)
  })

  it('is false where nothing can be asked any more, and where it can again', () => {
    const unasked: Partial<Finding> = { state: 'unchecked', failure: { code: 'OFFLINE' } }
    expect(isStillSo(of('consistent'), of('consistent', unasked))).toBe(false)
    expect(isStillSo(of('consistent', unasked), of('consistent'))).toBe(false)
  })
})

describe('isNews', () => {
  const sealedMs = of('consistent').verdict?.sealedAtMs ?? 0
  const at = (checkedAtMs: number, sealedAtMs = sealedMs): Finding => {
    const finding = of('consistent', { checkedAtMs })
    if (finding.verdict !== undefined) finding.verdict.sealedAtMs = sealedAtMs
    return finding
  }

  it('is another verdict, and another day', () => {
    expect(isNews(at(sealedMs), undefined, at(sealedMs), sealedMs)).toBe(false)
    expect(isNews(at(sealedMs), undefined, of('recalled', { checkedAtMs: sealedMs }), sealedMs)).toBe(true)
    expect(isNews(at(sealedMs), undefined, at(sealedMs + OLD_MS, sealedMs + OLD_MS), sealedMs + OLD_MS)).toBe(true)
  })

  it('is that a ledger which says nothing new is old by now, and that it no longer is', () => {
    const nowMs = sealedMs + OLD_MS
    const old = { kind: 'old', days: 1, atMs: sealedMs } as const
    expect(isNews(at(nowMs), undefined, at(nowMs), nowMs)).toBe(true)
    expect(isNews(at(nowMs), old, at(nowMs), nowMs)).toBe(false)
    expect(isNews(at(nowMs), old, at(nowMs, nowMs), nowMs)).toBe(true)
  })
})
