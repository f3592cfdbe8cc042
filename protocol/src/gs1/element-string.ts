import { ProtocolError } from '../error.ts'
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifier.ts'
import { addElement, checkElement, checkValue, type Elements } from './element.ts'

/** FNC1 as a scanner sends it between elements. */
const GS = '\x1d'

// The most a QR Code can hold; a longer read is noise on the line.
const MAX_LENGTH = 4296

/**
 * Reads an element string: AI, value, and GS after each value whose length its AI does not fix (General Specifications §7.8).
 * A leading, a superfluous and a trailing GS are tolerated, as scanners send them. What could be read in two ways is refused, never guessed.
 * @throws ProtocolError GS1_AMBIGUOUS, GS1_AI_UNKNOWN, GS1_AI_VALUE, GS1_CHECK_DIGIT, GS1_AI_COMBINATION (one AI, two values)
 */
export function parseElementString(data: string): Elements {
  if (data.length > MAX_LENGTH)
    throw new ProtocolError('GS1_AI_VALUE', `an element string has at most ${MAX_LENGTH} characters`)
  if (data.includes('^'))
    throw new ProtocolError('GS1_AMBIGUOUS', "'^' is no separator: set the scanner to send FNC1 as GS (0x1D)")
  const elements = new Map<string, string>()
  let at = data.startsWith(GS) ? 1 : 0
  while (at < data.length) {
    const entry = applicationIdentifierAt(data, at)
    if (entry === undefined) throw unknownAt(data, at)
    const start = at + entry.ai.length
    const separator = data.indexOf(GS, start)
    const run = data.slice(start, separator < 0 ? data.length : separator)
    const value = entry.predefinedLength ? run.slice(0, maxLength(entry)) : run
    checkValue(entry, value)
    addElement(elements, entry.ai, value)
    at = start + value.length
    if (data[at] === GS) at += 1
  }
  if (elements.size === 0) throw new ProtocolError('GS1_AI_VALUE', 'the element string is empty')
  return elements
}

/** Writes elements as a barcode carries them: no leading FNC1, GS only where a value's end is not fixed by its AI. */
export function formatElementString(elements: Elements): string {
  let text = ''
  let open = false
  for (const [ai, value] of elements) {
    const entry = checkElement(ai, value)
    text += `${open ? GS : ''}${ai}${value}`
    open = !entry.predefinedLength
  }
  return text
}

/** Writes elements for people, `(01)09506000134352(10)L7`. */
export function formatBracketed(elements: Elements): string {
  return [...elements].map(([ai, value]) => `(${ai})${value}`).join('')
}

/**
 * Checks that the elements of one item belong together (General Specifications §4.13): none without the AIs it needs, none that contradict.
 * Not part of reading a symbol, for a label may be spread over several.
 * @throws ProtocolError GS1_AI_COMBINATION, GS1_AI_UNKNOWN
 */
export function checkAssociations(elements: Elements): void {
  const present = [...elements.keys()]
  const has = (pattern: string, but: string): boolean => present.some((ai) => ai !== but && matches(ai, pattern))
  for (const ai of present) {
    const entry = applicationIdentifier(ai)
    if (entry === undefined)
      throw new ProtocolError('GS1_AI_UNKNOWN', `(${ai}) is not an application identifier we know`)
    const rival = entry.excludes.find((pattern) => has(pattern, ai))
    if (rival !== undefined)
      throw new ProtocolError('GS1_AI_COMBINATION', `(${ai}) and (${rival}) contradict each other`)
    if (entry.needs.length > 0 && !entry.needs.some((set) => set.every((pattern) => has(pattern, ai)))) {
      const wanted = entry.needs.map((set) => set.join('+')).join(', ')
      throw new ProtocolError('GS1_AI_COMBINATION', `(${ai}) needs one of ${wanted} beside it`)
    }
  }
  // A signature over a class of documents, coupons or crates proves nothing: the key must name one of them.
  for (const ai of ['253', '255', '8003']) {
    const entry = applicationIdentifier(ai)
    const fixed = entry?.components.reduce((sum, c) => sum + (c.optional ? 0 : c.max), 0) ?? 0
    if (elements.has('8030') && elements.get(ai)?.length === fixed) {
      throw new ProtocolError('GS1_AI_COMBINATION', `(8030) needs (${ai}) with its serial component`)
    }
  }
}

function matches(ai: string, pattern: string): boolean {
  return ai.length === pattern.length && [...pattern].every((c, i) => c === 'n' || c === ai[i])
}

function maxLength(entry: ApplicationIdentifier): number {
  return entry.components.reduce((sum, c) => sum + c.max, 0)
}

/** The identifier that `data` begins with at `from`: no AI is the beginning of another, so at most one fits. */
export function applicationIdentifierAt(data: string, from: number): ApplicationIdentifier | undefined {
  for (let length = 2; length <= 4; length++) {
    const entry = applicationIdentifier(data.slice(from, from + length))
    if (entry !== undefined) return entry
  }
  return undefined
}

function unknownAt(data: string, at: number): ProtocolError {
  const shown = data.slice(at, at + 4)
  if (!/^[\x20-\x7e]*$/.test(shown))
    return new ProtocolError('GS1_AI_UNKNOWN', `no application identifier at character ${at + 1}`)
  return new ProtocolError(
    'GS1_AI_UNKNOWN',
    `'${shown}' at character ${at + 1} begins with no application identifier we know`,
  )
}
