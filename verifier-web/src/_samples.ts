// The page with sample verdicts, for looking at it and for tests: samples.html?state=consistent|…|offline&lang=zh|en&theme=light|dark
// `show` on the window draws another one in place, its texts or its identifiers replaced by somebody's.
import './style/index.css'
import { parseDigitalLink } from '@tristamp/protocol'
import { CHECKED_AT_MS, PACK, sampleVerdicts } from './_sample-verdicts.ts'
import type { Finding } from './check.ts'
import { chooseLanguage, firstWords, type Lang } from './i18n/index.ts'
import { Page } from './view/page.tsx'

const query = new URLSearchParams(location.search)
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

/** What people write, and what they call things. `names`: what leads from one record to the next, so that raw identifiers are shown. */
const TEXTS = ['zh', 'en', 'reason', 'contact', 'lot', '10', '21', 'name', 'origin']
const NAMES = [...TEXTS, 'org', 'gateway', 'station', 'deviceID', 'uri', 'id', 'subject', 'about', 'code', '01']

/** The same value with every text under one of these names replaced. */
function replaced(value: unknown, names: readonly string[], text: string): unknown {
  const of = (name: unknown, item: unknown): unknown =>
    typeof item === 'string' && names.includes(String(name)) ? text : replaced(item, names, text)
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, of(name, item)]))
  if (Array.isArray(value)) return value.map((item) => replaced(item, names, text))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, of(name, item)]))
}

function hostile(finding: Finding, text: string, what: 'texts' | 'names'): Finding {
  const { verdict, ...rest } = finding
  const names = what === 'texts' ? TEXTS : NAMES
  const { elements } = replaced(rest, names, text) as Finding
  // Check names and codes of the rules choose words; they are the verifier's own.
  const made = verdict && (replaced({ ...verdict, checks: [], findings: [] }, names, text) as Finding['verdict'])
  const checks = verdict?.checks.map((check) =>
    check.status === 'failed' ? { ...check, detail: { entry: 97, subject: text } } : check,
  )
  return { ...rest, elements, ...(made && { verdict: { ...made, checks: checks ?? [] } }) }
}

const page = new Page(document.getElementById('page')!)
let faults: string[] = []

/** Draws a state; resolves, with what went wrong, when all of it stands. */
async function show(state: string, lang: Lang, text?: string, what: 'texts' | 'names' = 'texts'): Promise<string[]> {
  faults = []
  const finding = findingOf(state)
  const rest = {
    language: firstWords(lang),
    now: new Date(CHECKED_AT_MS),
    onLanguage: () => location.reload(),
    onAgain: () => {},
    onElsewhere: () => {},
    onForget: () => {},
    onFault: (error: unknown) => void faults.push(String(error)),
  }
  // Hides what stands below, so that it can be told when it stands again.
  page.show({ ...rest, finding: findingOf('checking') })
  if (state !== 'checking') page.show({ ...rest, finding: text === undefined ? finding : hostile(finding, text, what) })
  for (let i = 0; i < 500 && state !== 'checking' && faults.length === 0; i++) {
    if (document.querySelector('#page > .whole:not([hidden]) footer.end') !== null) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return faults
}

const theme = query.get('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme
Object.assign(globalThis, { show })
void show(query.get('state') ?? 'consistent', chooseLanguage(location.search, navigator.languages))
