// What we know of GS1 Application Identifiers (General Specifications §3): one table for element strings and Digital Link.
import { TABLE } from './application-identifier-table.ts'

/** One component of a value: its character set, length in characters, and the rule its content follows (content-rule.ts). */
export interface Component {
  set: 'digits' | 'cset82' | 'cset39' | 'base64url'
  min: number
  max: number
  optional: boolean
  rule?: string
}

export interface ApplicationIdentifier {
  ai: string
  components: readonly Component[]
  /** Its length is known from its first two digits, so that no separator follows it in a barcode. */
  predefinedLength: boolean
  /** It may stand in the query of a Digital Link. */
  attribute: boolean
  /** Set for a primary key of a Digital Link: each list is an order in which qualifiers may follow it in the path. */
  qualifiers?: readonly (readonly string[])[]
  /** One of these sets of AIs must be on the same item; AIs may end in n for any digit. */
  needs: readonly (readonly string[])[]
  /** None of these may be on the same item. */
  excludes: readonly string[]
}

// In a Digital Link these belong in the path, or nowhere.
const NOT_ATTRIBUTES = new Set(['03', '21', '22', '235', '254', '7040', '8011', '8014', '8019', '8020', '8200'])

// General Specifications §7.8.5: a barcode reader knows these AIs' lengths from their first two digits; the list never grows.
const PREDEFINED = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/

/** By AI: its row of the table, until it is read. A product's history needs a handful of them. */
const known = new Map<string, ApplicationIdentifier | string>()
for (const row of TABLE.trim().split('\n')) for (const ai of expand(row.slice(0, row.indexOf(' ')))) known.set(ai, row)

/** The identifier `ai` names, or undefined: an identifier we do not know cannot be read, since its length is not known either. */
export function applicationIdentifier(ai: string): ApplicationIdentifier | undefined {
  const entry = known.get(ai)
  if (typeof entry !== 'string') return entry
  const read = parseRow(ai, entry)
  known.set(ai, read)
  return read
}

function parseRow(ai: string, row: string): ApplicationIdentifier {
  const [, ...words] = row.split(' ')
  const option = (name: string): string | undefined => {
    const word = words.find((w) => w === name || w.startsWith(`${name}=`))
    return word?.slice(name.length + 1)
  }
  const list = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(','))
  const components = words.filter((w) => /^\(?[nxyz][.0-9]/.test(w)).map(parseComponent)
  const key = option('key')
  return {
    ai,
    components,
    predefinedLength: PREDEFINED.test(ai),
    attribute: !NOT_ATTRIBUTES.has(ai),
    ...(key === undefined ? {} : { qualifiers: list(key).map((order) => order.split('+')) }),
    needs: list(option('with')).map((set) => set.split('+')),
    excludes: list(option('not')).map((other) => (other === 'self' ? `${ai.slice(0, 3)}n` : other)),
  }
}

function parseComponent(word: string): Component {
  const optional = word.startsWith('(')
  const [format = '', rule] = (optional ? word.slice(1, -1) : word).split(':')
  const max = Number(format.replace(/^[nxyz](\.\.)?/, ''))
  const set = ({ n: 'digits', x: 'cset82', y: 'cset39', z: 'base64url' } as const)[format[0] as 'n' | 'x' | 'y' | 'z']
  return { set, min: format.includes('..') ? 1 : max, max, optional, ...(rule === undefined ? {} : { rule }) }
}

function expand(identifiers: string): string[] {
  const measure = /^(\d+)n(\d?)(?:-(\d+)n)?$/.exec(identifiers)
  const [first = '', last = first] = measure ? [measure[1]!, measure[3] ?? measure[1]!] : identifiers.split('-')
  const all: string[] = []
  for (let n = Number(first); n <= Number(last); n++) {
    const ai = String(n).padStart(first.length, '0')
    if (measure === null) all.push(ai)
    else for (let decimals = 0; decimals <= Number(measure[2] || 5); decimals++) all.push(`${ai}${decimals}`)
  }
  return all
}
