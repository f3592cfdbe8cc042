// The page with sample verdicts, for the development server alone: samples.html?state=consistent|…|offline&lang=zh|en&theme=light|dark
import './style/index.css'
import { parseDigitalLink } from '@tristamp/protocol'
import { CHECKED_AT_MS, PACK, sampleVerdicts } from './_sample-verdicts.ts'
import type { Finding } from './check.ts'
import { chooseLanguage, firstWords } from './i18n/index.ts'
import { Page } from './view/page.tsx'

const query = new URLSearchParams(location.search)
const state = query.get('state') ?? 'consistent'
const elements = new Map([...parseDigitalLink(PACK).elements, ['10', 'B261120-07']])
const common = {
  subject: PACK,
  elements,
  bundle: new Uint8Array(8),
  checkedAtMs: CHECKED_AT_MS,
  policySinceMs: CHECKED_AT_MS - 9e8,
}

function findingOf(name: string): Finding {
  if (name === 'checking') return { state: 'checking', subject: PACK, elements }
  if (name === 'never') return { state: 'unchecked', subject: PACK, elements, failure: { code: 'OFFLINE' } }
  if (name === 'recalled-offline')
    return { ...common, state: 'unchecked', verdict: sampleVerdicts.recalled(), failure: { code: 'OFFLINE' } }
  if (name === 'offline')
    return {
      ...common,
      state: 'unchecked',
      verdict: sampleVerdicts.consistent(),
      checkedAtMs: Date.parse('2026-11-22T08:02:00+08:00'),
      failure: { code: 'OFFLINE' },
    }
  const verdict = sampleVerdicts[name as keyof typeof sampleVerdicts]()
  return { ...common, state: verdict.state, verdict }
}

const language = firstWords(chooseLanguage(location.search, navigator.languages))
const theme = query.get('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme
new Page(document.getElementById('page')!).show({
  finding: findingOf(state),
  language,
  now: new Date(CHECKED_AT_MS),
  onLanguage: () => location.reload(),
  onAgain: () => {},
  onForget: () => {},
  onElsewhere: () => {},
  onFault: reportError,
})
