import { isProven, type Operation } from '@tristamp/protocol'

/** What people call a key, by its kid (base64url). */
export type NameOf = (kid: string) => string | undefined

/**
 * An operation in words: one line that says what it does, then every field that it has. What is signed is the fields, so none is left
 * out; and what could write over other lines of a screen is shown by its number.
 */
export function inWords(operation: Operation, nameOf: NameOf): string[] {
  const fields = Object.entries(operation).filter(([field]) => field !== 'op')
  return [
    printable(titleOf(operation, nameOf)),
    ...fields.map(([field, value]) => `  ${field}: ${spelled(field, value)}`),
  ]
}

/** The first line of it. */
export function titleOf(operation: Operation, nameOf: NameOf): string {
  const key = 'key' in operation ? operation.key : ''
  const who = nameOf(key) ?? 'an unknown key'
  switch (operation.op) {
    case 'genesis':
      return `found ${operation.origin}`
    case 'enrol-organisation':
      return `enrol the organisation ${operation.org} (${operation.name.en}, ${operation.name.zh})`
    case 'enrol-gateway':
      return `let a key sign for the gateway ${operation.org}/${operation.gateway}: ${operation.roles.join(', ')}`
    case 'rotate-key':
      return `give ${who} a new key; the old one signs no more`
    case 'revoke-key':
      return `revoke the key of ${who} for ever: ${operation.reason}`
    case 'suspend-key':
      return `suspend the key of ${who}: ${operation.reason}${isProven(operation) ? ' (with the two statements)' : ''}`
    case 'restore-key':
      return `let the suspended key of ${who} sign again: ${operation.reason}`
    case 'register-place':
      return `call a place of ${operation.org} ${operation.name.en}, ${operation.name.zh}`
    case 'register-product':
      return `call a product of ${operation.org} ${operation.name.en}, ${operation.name.zh}`
    case 'recall': {
      const { id, org, drill, subjects, reason } = operation
      const what = drill ? 'EXERCISE a recall' : `RECALL (class ${operation.class})`
      return `${what} of ${subjects.length} subjects of ${org}, ${id}: ${reason.en} ${reason.zh}`
    }
    case 'lift':
      return `lift the recall ${operation.id}: ${operation.reason}`
    case 'hold': {
      const { id, org, subjects, reason, ground } = operation
      const why =
        reason === undefined ? `measured outside the limits of ${ground?.product}` : `${reason.en} ${reason.zh}`
      return `HOLD ${subjects.length} subjects of ${org}, ${id}: ${why}`
    }
    case 'release':
      return `release the hold ${operation.id}: ${operation.reason}`
  }
}

function spelled(field: string, value: unknown): string {
  if (field === 'evidence' && Array.isArray(value)) return `${value.length} statements, base64`
  if (Array.isArray(value)) return printable(value.map((one) => spelled('', one)).join(', '))
  if (typeof value !== 'object' || value === null) return printable(String(value))
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${spelled(name, inner)}`)
    .join(', ')
}

/** Control characters, and what turns the direction of writing round, as numbers. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)
}
