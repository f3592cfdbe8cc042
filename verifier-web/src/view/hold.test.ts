import { expect, it } from 'vitest'
import { CASE, LOT, PACK, sampleVerdicts } from '../_sample-verdicts.ts'
import type { FirstLanguage } from '../i18n/index.ts'
import { saidOfHold } from './hold.ts'

/** What a sentence is made of, in place of the sentence. */
const language = {
  t: (key: string) => (key === 'write.gap' ? ' ' : key),
  pick: ({ en }: { en: string }) => en,
  format: { moment: String, celsius: String, range: String, duration: String },
} as unknown as FirstLanguage

const [held] = sampleVerdicts.held().holds
const [unshown] = sampleVerdicts['held-unshown']().holds
const said = (subject: string, hold = held!): string => saidOfHold(hold, subject, language)

it('says of what was on the way that it was measured, and of others of the lot that others were', () => {
  for (const subject of [PACK, CASE]) expect(said(subject)).toBe('say.held.since say.held.measured say.held.lasted')
  for (const subject of [LOT, `${PACK}X`]) expect(said(subject)).toBe('say.held.since say.held.lot say.held.lasted')
})

it('says nothing of what the records do not show', () => {
  expect(said(PACK, unshown!)).toBe('say.held.since')
})
