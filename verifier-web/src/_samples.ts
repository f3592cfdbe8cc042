// The page with sample verdicts, for looking at it and for tests: samples.html?state=consistent|…|offline&lang=zh|en&theme=light|dark
// `show` on the window draws another one in place, its texts or its identifiers replaced by somebody's.
import './style/index.css'
import { parseDigitalLink } from '@tristamp/protocol'
import { asOf, ofLot, withClaims, withCopy, withLongNames, withoutNames } from './_sample-extras.ts'
import { foodTestEvidence } from './_sample-food-test.ts'
import { CHECKED_AT_MS, LOT, PACK, PRODUCT, sampleVerdicts } from './_sample-verdicts.ts'
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

const CHECKED_BEFORE_MS = Date.parse('2026-11-22T08:02:00+08:00')

/** What only the samples of the page have: variants of a verdict, by the state's name. */
const VARIANTS: Record<string, () => Finding> = {
  elsewhere: () => ({
    ...common,
    state: 'elsewhere',
    verdict: withCopy(withClaims(sampleVerdicts.consistent()), true),
  }),
  'elsewhere-unsealed': () => ({
    ...{ ...common, state: 'elsewhere', verdict: withCopy(withClaims(sampleVerdicts.consistent()), false) },
  }),
  'held-elsewhere': () => ({
    ...{ ...common, state: 'held', verdict: { ...withCopy(sampleVerdicts.held(), true), state: 'held' } },
  }),
  'recalled-elsewhere': () => ({
    ...{ ...common, state: 'recalled', verdict: { ...withCopy(sampleVerdicts.recalled(), true), state: 'recalled' } },
  }),
  'elsewhere-offline': () => ({
    ...{ ...common, state: 'unchecked', failure: { code: 'OFFLINE' } },
    verdict: withCopy(sampleVerdicts.consistent(), false),
  }),
  lot: () => ({
    ...{ ...common, state: 'consistent', subject: LOT, elements: parseDigitalLink(LOT).elements },
    verdict: ofLot(withClaims(sampleVerdicts.consistent())),
  }),
  'lot-none': () => ({
    ...{ ...common, state: 'none', subject: LOT, elements: parseDigitalLink(LOT).elements },
    verdict: { ...sampleVerdicts.none(), subject: LOT },
  }),
  'product-none': () => ({
    ...{ ...common, state: 'none', subject: PRODUCT, elements: parseDigitalLink(PRODUCT).elements },
    verdict: { ...sampleVerdicts.none(), subject: PRODUCT },
  }),
  long: () => ({ ...common, state: 'consistent', verdict: withLongNames(withClaims(sampleVerdicts.consistent())) }),
  unnamed: () => ({ ...common, state: 'consistent', verdict: withoutNames(withClaims(sampleVerdicts.consistent())) }),
}

function findingOf(name: string): Finding {
  const variant = Object.hasOwn(VARIANTS, name) ? VARIANTS[name] : undefined
  if (variant !== undefined) return variant()
  if (name === 'checking') return { state: 'checking', subject: PACK, elements }
  if (name === 'never') return { state: 'unchecked', subject: PACK, elements, failure: { code: 'OFFLINE' } }
  if (name === 'recalled-offline')
    return { ...common, state: 'unchecked', verdict: sampleVerdicts.recalled(), failure: { code: 'OFFLINE' } }
  if (name === 'offline')
    return {
      ...common,
      state: 'unchecked',
      verdict: asOf(withClaims(sampleVerdicts.consistent()), CHECKED_BEFORE_MS - 60_000),
      checkedAtMs: CHECKED_BEFORE_MS,
      failure: { code: 'OFFLINE' },
    }
  const made = sampleVerdicts[name as keyof typeof sampleVerdicts]()
  const verdict = made.events.length > 0 ? withClaims(made) : made
  return { ...common, state: verdict.state, verdict }
}

/** What people write, and what they call things. `names`: what leads from one record to the next, so that raw identifiers are shown. */
const TEXTS = ['zh', 'en', 'reason', 'contact', 'lot', '10', '21', 'name', 'origin']
const NAMES = [...TEXTS, 'org', 'gateway', 'station', 'deviceID', 'uri', 'id', 'subject', 'about', 'code', '01']

/** What an event must be to be read at all: its kind, its times, and words of the verifier's own. */
const READ = ['type', 'action', 'source', 'eventTime', 'eventTimeZoneOffset', 'startTime', 'endTime', 'time']
const OWN = ['from', 'state', 'verdict', 'status', 'op', 'since', 'at', 'ground', 'tristamp:origin']
type What = 'texts' | 'names' | 'all'
const IS_OTHERS: Record<What, (name: string) => boolean> = {
  texts: (name) => TEXTS.includes(name),
  names: (name) => NAMES.includes(name),
  all: (name) => !READ.includes(name) && !OWN.includes(name),
}

/** The same value with every text of others replaced. */
function replaced(value: unknown, isOthers: (name: string) => boolean, text: string, under = ''): unknown {
  const of = (name: unknown, item: unknown): unknown => replaced(item, isOthers, text, String(name))
  if (typeof value === 'string') return isOthers(under) ? text : value
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, of(name, item)]))
  if (Array.isArray(value)) return value.map((item) => of(under, item))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, of(name, item)]))
}

function hostile(finding: Finding, text: string, what: What): Finding {
  const { verdict, ...rest } = finding
  const isOthers = IS_OTHERS[what]
  const { elements } = replaced({ elements: rest.elements }, isOthers, text) as Finding
  // Check names and codes of the rules choose words; they are the verifier's own.
  const made = verdict && (replaced({ ...verdict, checks: [], findings: [] }, isOthers, text) as Finding['verdict'])
  const checks = verdict?.checks.map((check) =>
    check.status === 'failed' ? { ...check, detail: { entry: 97, subject: text } } : check,
  )
  return { ...rest, elements, ...(made && { verdict: { ...made, checks: checks ?? [] } }) }
}

/** A machine that is busy with other tests is slow to draw. */
const MOST_MS = 60_000

const page = new Page(document.getElementById('page')!)
let faults: string[] = []

let drawn: Promise<unknown> = Promise.resolve()

/**
 * Draws a state; resolves, with what went wrong, when all of it stands. One after the other: words that were asked for later can be there first, and
 * what was drawn last would then not be what was asked for last.
 */
function show(...asked: Parameters<typeof draw>): Promise<string[]> {
  const faultsOf = drawn.then(() => draw(...asked))
  drawn = faultsOf.catch(() => undefined)
  return faultsOf
}

async function draw(state: string, lang: Lang, text?: string, what: What = 'texts'): Promise<string[]> {
  faults = []
  const finding = findingOf(state)
  const rest = {
    language: await firstWords(lang),
    now: new Date(CHECKED_AT_MS),
    onLanguage: () => location.reload(),
    onAgain: () => {},
    onElsewhere: () => {},
    onForget: () => {},
    onFault: (error: unknown) => void faults.push(String(error)),
    isShown: () => false,
    onNews: () => {},
  }
  // Hides what stands below, so that it can be told when it stands again.
  page.show({ ...rest, finding: findingOf('checking') })
  if (state !== 'checking') page.show({ ...rest, finding: text === undefined ? finding : hostile(finding, text, what) })
  const stands = (): boolean => document.querySelector('#page > .whole:not([hidden]) footer.end') !== null
  for (const end = Date.now() + MOST_MS; state !== 'checking' && faults.length === 0 && !stands(); ) {
    if (Date.now() > end) faults.push('what stands below the verdict did not come')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return faults
}

/** With `served`, what a ledger would answer behind the verdict: counts of looks, and what food tests rest on. */
function answer(path: string): Response | undefined {
  if (path.startsWith('/v1/scans')) {
    const lastDays = [{ day: '2026-11-22', times: 2, hours: [] }]
    return Response.json({ counted: true, firstSeen: '2026-11-22T01Z', times: 2, lastDays })
  }
  const bytes = foodTestEvidence.get(path.slice('/v1/evidence/'.length))
  return bytes && new Response(bytes as BodyInit, { headers: { 'Content-Type': 'application/octet-stream' } })
}

if (query.has('served')) {
  const asked = globalThis.fetch
  globalThis.fetch = async (input, init) => answer(String(input)) ?? (await asked(input, init))
}

const theme = query.get('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme
Object.assign(globalThis, { show })
void show(query.get('state') ?? 'consistent', chooseLanguage(location.search, navigator.languages))
