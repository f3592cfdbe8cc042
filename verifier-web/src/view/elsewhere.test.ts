import type { Verdict } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { withCopy } from '../_sample-extras.ts'
import { LOT, sampleVerdicts } from '../_sample-verdicts.ts'
import type { Finding } from '../check.ts'
import type { FirstLanguage } from '../i18n/index.ts'
import { besideWord, placesApart, saidOfElsewhere } from './elsewhere.ts'

/** What a sentence is made of, in place of the sentence. */
const language = {
  t: (_: string, values: object) => JSON.stringify(values),
  pick: ({ en }: { en: string }) => en,
  format: {
    day: ({ ms }: { ms: number }) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 10),
    moment: ({ ms }: { ms: number }) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 16),
    time: ({ ms }: { ms: number }) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 16),
  },
} as unknown as FirstLanguage
const said = (verdict: Verdict, more: Partial<Finding> = {}): unknown => {
  const finding: Finding = { state: 'elsewhere', subject: verdict.subject, elements: new Map(), verdict, ...more }
  const text = saidOfElsewhere(finding, language)
  return text === undefined ? undefined : JSON.parse(text)
}
const copied = (): Verdict => withCopy(sampleVerdicts.consistent(), false)

/** The same with the two records at these places, and the later one so much later. */
function placed(
  edit: (place: { name: { en: string }; address: { en: string } }, i: number) => void,
  laterMs = 0,
): Verdict {
  const verdict = copied()
  const finding: Finding = { state: 'elsewhere', subject: verdict.subject, elements: new Map(), verdict }
  placesApart(finding)!.forEach((proven, i) => {
    const place = verdict.names.places.get(proven.signer.station)!
    const own = structuredClone(place)
    edit(own as never, i)
    verdict.names.places.set(proven.signer.station, own)
    if (i === 1) proven.event.eventTime = new Date(Date.parse(proven.event.eventTime) + laterMs).toISOString()
  })
  return verdict
}

it('says where and when, the earlier first', () => {
  expect(said(copied())).toEqual({
    ...{ a: 'Hangzhou, Zhejiang', at: '11-22T06:30' },
    ...{ b: 'Chengdu, Sichuan', later: '07:00' },
  })
  expect(said(placed(() => {}, 86_400_000))).toMatchObject({ at: '11-22', later: '11-23' })
})

it('names the places where the towns do not tell them apart, or have no name', () => {
  const sameTown = placed(({ address }) => {
    address.en = 'Chengdu'
  })
  expect(said(sameTown)).toMatchObject({ a: 'Liangzhu Fresh Wholesale', b: 'Jinjiang Bistro' })
  const noTown = placed(({ address }, i) => {
    if (i === 0) address.en = ''
  })
  expect(said(noTown)).toMatchObject({ b: 'Jinjiang Bistro' })
})

it('cuts what somebody registered at a length that a sentence has room for', () => {
  const long = placed(({ address }, i) => {
    address.en = i + '\u{20bb7}'.repeat(5000)
  })
  expect(said(long)).toMatchObject({ a: `0${'\u{20bb7}'.repeat(23)}…` })
})

it('says nothing of places that nobody registered, or that are of other goods', () => {
  const verdict = copied()
  expect(said({ ...verdict, names: { ...verdict.names, places: new Map() } })).toBeUndefined()
  expect(said({ ...verdict, findings: [] })).toBeUndefined()
  expect(said({ ...verdict, subject: LOT })).toBeUndefined()
})

it.each(['recalled', 'held', 'mismatch', 'unchecked'] as const)(
  'is said beside the word %s, which is not of this code alone',
  (state) => {
    const of = (verdict: Verdict, more: Partial<Finding> = {}): Finding => ({
      ...{ state, subject: verdict.subject, elements: new Map(), verdict },
      ...more,
    })
    // The verdict is of the last check where there is none of now.
    expect(besideWord(of(copied()))).toBe('say.elsewhere')
    expect(besideWord(of({ ...copied(), state: 'held' }, { counted: true }))).toBe('say.elsewhere')
    expect(said({ ...copied(), state: 'held' }, { state })).toMatchObject({ a: 'Hangzhou, Zhejiang' })
    // What a server counted is told as that.
    expect(besideWord(of(sampleVerdicts.held(), { counted: true }))).toBe('say.counted')
    expect(besideWord(of(sampleVerdicts.held()))).toBeUndefined()
  },
)

it('is not said twice', () => {
  const verdict = copied()
  const word: Finding = { state: 'elsewhere', subject: verdict.subject, elements: new Map(), verdict }
  expect(besideWord(word)).toBeUndefined()
  expect(besideWord({ ...word, verdict: sampleVerdicts.consistent(), counted: true })).toBeUndefined()
})
