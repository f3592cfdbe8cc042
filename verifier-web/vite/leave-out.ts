import type { Plugin } from 'vite'

// What decides nothing on a page. The lists of countries and currencies only judge attributes beside a number, which no verdict reads.
const COUNTRY = `
export const isCountry = (number) => /^\\d{3}$/.test(number)
export const isCountryCode = (code) => /^[A-Z]{2}$/.test(code)
export const isCurrency = isCountry`

// Vite's own helper also serves old browsers and reports its faults; ours are ES2022, and a part that fails to load fails in its import.
const PRELOAD = `
const asked = new Set()
const ask = (href) => {
  if (asked.has(href)) return
  asked.add(href)
  const link = document.createElement('link')
  const isStyle = href.endsWith('.css')
  link.rel = isStyle ? 'stylesheet' : 'modulepreload'
  link.crossOrigin = ''
  link.href = '/' + href
  document.head.append(link)
  return isStyle ? new Promise((resolve) => { link.onload = link.onerror = resolve }) : undefined
}
export const __vitePreload = async (load, files = []) => {
  await Promise.all(files.map(ask))
  return load()
}`

// Words of vocabularies are the ledger's to admit. A page names a step that it does not know "recorded", and no rule over records asks for more than
// the words that it compares itself; of these two it may not take others.
const VOCABULARY = `
const bare = { has: (word) => /^[A-Za-z_]+$/.test(word) }
export const BIZ_STEPS = bare
export const DISPOSITIONS = bare
export const TRANSACTION_TYPES = bare
export const PARTY_TYPES = bare
export const COMPONENTS = bare
export const MEASUREMENT_TYPES = bare
export const ERROR_REASONS = new Set(['did_not_occur', 'incorrect_data'])
export const SENSOR_EXCEPTIONS = new Set(['ALARM_CONDITION', 'ERROR_CONDITION'])`

/** Which identifiers may stand together on a label is for who prints it; what each of them holds is read all the same. */
const withoutPairs = (table: string): string => table.replace(/ (?:with|not)=\S+/g, '')

/** Small forms of some modules, for the page that a code opens alone: every kilobyte stands before the verdict. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  enforce: 'pre',
  apply: 'build',
  load(id) {
    if (/[/\\]protocol[/\\]src[/\\]gs1[/\\]country\.ts$/.test(id)) return { code: COUNTRY, map: null, moduleType: 'js' }
    if (/[/\\]protocol[/\\]src[/\\]event[/\\]vocabulary\.ts$/.test(id))
      return { code: VOCABULARY, map: null, moduleType: 'js' }
    if (id === '\0vite/preload-helper.js') return { code: PRELOAD, map: null, moduleType: 'js' }
    return undefined
  },
  transform(code, id) {
    if (!/[/\\]protocol[/\\]src[/\\]gs1[/\\]application-identifier-table\.ts$/.test(id)) return undefined
    return { code: withoutPairs(code), map: null }
  },
}
