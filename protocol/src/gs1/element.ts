import { ProtocolError } from '../error.ts'
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifier.ts'
import { followsRule } from './content-rule.ts'

/** Values by Application Identifier, in the order of the label. */
export type Elements = ReadonlyMap<string, string>

const ALPHABETS = {
  digits: /^[0-9]*$/,
  cset82: /^[!-"%-/0-9:-?A-Z_a-z]*$/,
  cset39: /^[#\-/0-9A-Z]*$/,
  base64url: /^[A-Za-z0-9_-]*$/,
} as const

/**
 * Checks one element against the AI table.
 * @throws ProtocolError GS1_AI_UNKNOWN, GS1_AI_VALUE, GS1_CHECK_DIGIT
 */
export function checkElement(ai: string, value: string): ApplicationIdentifier {
  const entry = applicationIdentifier(ai)
  if (entry === undefined)
    throw new ProtocolError('GS1_AI_UNKNOWN', `(${ai.slice(0, 8)}) is not an application identifier we know`)
  checkValue(entry, value)
  return entry
}

/**
 * Adds an element; the same element twice is one.
 * @throws ProtocolError GS1_AI_COMBINATION if the AI already has another value
 */
export function addElement(elements: Map<string, string>, ai: string, value: string): void {
  const before = elements.get(ai)
  if (before !== undefined && before !== value) {
    throw new ProtocolError('GS1_AI_COMBINATION', `(${ai}) stands twice, as ${before} and as ${value}`)
  }
  elements.set(ai, value)
}

/** Checks a value by the row of its identifier. @throws ProtocolError GS1_AI_VALUE, GS1_CHECK_DIGIT */
export function checkValue(entry: ApplicationIdentifier, value: string): void {
  let at = 0
  const bad = (what: string): ProtocolError => new ProtocolError('GS1_AI_VALUE', `(${entry.ai}): ${what}`)
  for (const { set, min, max, optional, rule } of entry.components) {
    if (optional && at === value.length) return
    const part = value.slice(at, at + max)
    if (!ALPHABETS[set].test(part)) throw bad('a character that is not allowed')
    if (part.length < min) throw bad('too short, or a separator (GS) too early')
    if (rule === 'check' && !followsRule(rule, part))
      throw new ProtocolError('GS1_CHECK_DIGIT', `(${entry.ai}): wrong check digit in ${part}`)
    if (rule !== undefined && !followsRule(rule, part)) throw bad(`${part} is not a valid ${rule}`)
    at += part.length
  }
  if (at < value.length) throw bad('too long, or the separator (GS) after it was lost: set the scanner to send GS')
}
