import type { Check, Verdict } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { sampleVerdicts } from './_sample-verdicts.ts'
import type { Finding } from './check.ts'
import { isUnfit, nextOf, sentencesOf, wordOf } from './say.ts'

const finding = (verdict: Verdict, more: Partial<Finding> = {}): Finding => ({
  state: verdict.state,
  subject: verdict.subject,
  elements: new Map([['01', '1']]),
  verdict,
  ...more,
})

const failing = (check: Partial<Check>): Finding =>
  finding({ ...sampleVerdicts.mismatch(), checks: [{ id: 'contents', status: 'failed', ...check }] })

describe('sentencesOf', () => {
  it('claims no order that nothing has checked', () => {
    const verdict = sampleVerdicts.consistent()
    expect(sentencesOf(finding(verdict), 14)).toEqual([{ key: 'say.consistent.ordered', values: { n: 14 } }])
    verdict.checks = verdict.checks.map((check) =>
      check.id === 'findings' ? { ...check, status: 'unchecked' } : check,
    )
    expect(sentencesOf(finding(verdict), 14)[0]?.key).toBe('say.consistent.complete')
  })

  it('claims no order while a rule warns', () => {
    const verdict = sampleVerdicts.consistent()
    verdict.checks = verdict.checks.map((check) =>
      check.id === 'findings' ? { ...check, detail: { contradictions: 0, warnings: 1, notes: 0 } } : check,
    )
    expect(sentencesOf(finding(verdict), 14)[0]?.key).toBe('say.consistent.complete')
  })

  it.each([
    [{ id: 'ledger', code: 'LEDGER_ROLLBACK' }, 'fail.ledger.rollback'],
    [{ id: 'ledger', code: 'LEDGER_FORK' }, 'fail.ledger.fork'],
    [{ id: 'contents', detail: { entry: 9, position: 1 } }, 'fail.contents.at'],
    [{ id: 'contents' }, 'fail.contents'],
    [{ id: 'signatures', detail: { entry: 9 } }, 'fail.signatures.at'],
    [{ id: 'completeness', detail: { subject: 'https://a.example/' } }, 'fail.completeness'],
    [{ id: 'bundle' }, 'fail.bundle'],
    [{ id: 'witnesses' }, 'fail.witnesses'],
  ] as [Partial<Check>, string][])('says of %j: %s', (check, key) => {
    expect(sentencesOf(failing(check), 0)[0]?.key).toBe(key)
  })

  it('says what to do of records that did not agree when last checked', () => {
    const safety = { recall: 'unknown-now', temperature: { kind: 'none' }, useBy: { kind: 'unknown' } } as const
    const last = finding(sampleVerdicts.mismatch(), { state: 'unchecked', failure: { code: 'OFFLINE' } })
    expect(sentencesOf(last, 14).map(({ key }) => key)).toEqual([
      'say.unchecked.offline',
      'say.unchecked.last.mismatch',
    ])
    expect(nextOf(last, safety)).toBe('next.mismatch')
  })

  it('says of counts what they are, and of held goods that these are held', () => {
    const counted = { counted: true } as const
    const consistent = sampleVerdicts.consistent()
    expect(sentencesOf(finding(consistent, { ...counted, state: 'elsewhere' }), 14)).toEqual([
      { key: 'say.elsewhere.counted' },
    ])
    expect(sentencesOf(finding(sampleVerdicts.held(), counted), 14)).toEqual([{ key: 'say.held' }])
  })

  it('says of held goods whether the records show why, and what to do, also after the last check', () => {
    const [held, unshown] = [sampleVerdicts.held(), sampleVerdicts['held-unshown']()]
    expect(sentencesOf(finding(held), 14)).toEqual([{ key: 'say.held' }])
    expect(sentencesOf(finding(unshown), 14)).toEqual([{ key: 'say.held.missing' }])
    const safety = { recall: 'held', temperature: { kind: 'none' }, useBy: { kind: 'unknown' } } as const
    expect(nextOf(finding(held), safety)).toBe('next.held')
    const offline = finding(held, { state: 'unchecked', failure: { code: 'OFFLINE' } })
    expect(nextOf(offline, safety)).toBe('next.held')
    expect(sentencesOf(offline, 14).map(({ key }) => key)).toEqual(['say.unchecked.offline', 'say.unchecked.last.held'])
  })

  it.each([
    ['word.consistent', 'kept', 3],
    ['word.consistent.warm', 'left', 3],
    ['word.consistent.over', 'kept', -1],
    ['word.consistent.over', 'left', -1],
  ] as const)('has the word %s of goods whose limits were %s, %d days before their date', (word, kind, days) => {
    const limits = { minMilliC: 0, maxMilliC: 4000 }
    const measured = { limits, minMilli: 1000, maxMilli: 3000, overMs: 0, totalMs: 1, gaps: 0, gapMs: 0 }
    const safety = { recall: 'free', temperature: { kind, ...measured }, useBy: { kind: 'days', days } } as const
    expect(wordOf(finding(sampleVerdicts.consistent()), safety)).toBe(word)
    expect(isUnfit(word)).toBe(word !== 'word.consistent')
    // A graver word is never softened.
    expect(wordOf(finding(sampleVerdicts.recalled()), safety)).toBe('word.recalled')
  })

  it('says why it could not check, and what it saw the last time', () => {
    const verdict = sampleVerdicts.consistent()
    const offline = finding(verdict, { state: 'unchecked', failure: { code: 'OFFLINE' } })
    expect(sentencesOf(offline, 14).map((s) => s.key)).toEqual([
      'say.unchecked.offline',
      'say.unchecked.last.consistent',
    ])
    const never: Finding = {
      state: 'unchecked',
      subject: 's',
      elements: new Map(),
      failure: { code: 'SERVER', status: 503 },
    }
    expect(sentencesOf(never, 0).map((s) => s.key)).toEqual(['say.unchecked.server'])
  })

  it('counts what is withheld', () => {
    const verdict: Verdict = {
      ...sampleVerdicts.none(),
      state: 'unchecked',
      checks: [{ id: 'completeness', status: 'unchecked', detail: { withheld: 2 } }],
    }
    expect(sentencesOf(finding(verdict), 0)).toEqual([{ key: 'say.unchecked.withheld', values: { n: 2 } }])
  })
})

describe('a state that too few witnesses signed', () => {
  const few: Verdict = {
    ...sampleVerdicts.consistent(),
    state: 'unchecked',
    checks: [{ id: 'witnesses', status: 'unchecked', code: 'POLICY_QUORUM', detail: { signed: 1, of: 3 } }],
  }
  const safe = { recall: 'unknown-now', temperature: { kind: 'none' }, useBy: { kind: 'unknown' } } as const

  it('is told with its numbers, and not taken for a fault of the line', () => {
    expect(sentencesOf(finding(few), 14)).toEqual([{ key: 'say.unchecked.witnesses', values: { signed: 1, of: 3 } }])
    expect(nextOf(finding(few), safe)).toBe('next.unchecked.witnesses')
    const offline = finding(sampleVerdicts.consistent(), { state: 'unchecked', failure: { code: 'OFFLINE' } })
    expect(nextOf(offline, safe)).toBe('next.unchecked')
    // Of goods that were never checked here, not only a recall is unknown.
    const { verdict: _, ...never } = offline
    expect(nextOf(never, safe)).toBe('next.unchecked.never')
    // Nor is what was found last forgotten: it may be a copy that nobody should eat.
    for (const state of ['mismatch', 'elsewhere'] as const)
      expect(nextOf({ ...offline, verdict: { ...sampleVerdicts.consistent(), state } }, safe)).toBe('next.mismatch')
  })

  it('is told beside what is withheld', () => {
    const both = {
      ...few,
      checks: [...few.checks, { id: 'completeness', status: 'unchecked', detail: { withheld: 2 } }],
    }
    expect(sentencesOf(finding(both as Verdict), 0).map(({ key }) => key)).toEqual([
      'say.unchecked.witnesses',
      'say.unchecked.withheld',
    ])
  })
})

describe('nextOf', () => {
  const safe = { recall: 'not-checked', temperature: { kind: 'none' }, useBy: { kind: 'days', days: 4 } } as const
  const consistent = finding(sampleVerdicts.consistent())

  it('lets the pack be compared when nothing is wrong with it', () => {
    const next = (...elements: [string, string][]): string =>
      nextOf({ ...consistent, elements: new Map(elements) }, safe)
    expect(next(['01', '1'], ['10', 'B'], ['21', 'S'])).toBe('next.consistent')
    // A lot's code has no pack number to compare, and a product's neither.
    expect(next(['01', '1'], ['10', 'B'])).toBe('next.consistent.lot')
    expect(next(['01', '1'])).toBe('next.consistent.number')
    expect(next(['00', '1'])).toBe('next.consistent.number')
  })

  it('warns of a pack whose records agree that it was too warm or is too old', () => {
    const left = {
      kind: 'left',
      limits: { minMilliC: 0, maxMilliC: 1 },
      minMilli: 0,
      maxMilli: 2,
      overMs: 1,
      totalMs: 1,
      gaps: 0,
      gapMs: 0,
    } as const
    expect(nextOf(consistent, { ...safe, temperature: left })).toBe('next.consistent.warm')
    expect(nextOf(consistent, { ...safe, useBy: { kind: 'days', days: -1 } })).toBe('next.consistent.over')
  })

  it('follows the verdict otherwise', () => {
    expect(nextOf(finding(sampleVerdicts.mismatch()), safe)).toBe('next.mismatch')
  })
})
