import { en } from '../../verifier-web/src/i18n/en.ts'
import type { Message } from '../../verifier-web/src/i18n/zh.ts'

/** Letters of a script that runs from the right, one for each of ours. */
const LETTERS = 'ابتثجحخدذرزسشصضطظعغفقكلمنه'

/** The same length, blanks and figures, in letters that run the other way. */
function turned(text: string): string {
  return text.replace(/\{\w+\}|[a-z]/gi, (part) =>
    part.length > 1 ? part : (LETTERS[part.toLowerCase().charCodeAt(0) - 97] ?? part),
  )
}

const turnedMessage = (message: Message): Message =>
  typeof message === 'string'
    ? turned(message)
    : (Object.fromEntries(Object.entries(message).map(([form, text]) => [form, turned(text)])) as Message)

/** A language that nobody speaks, as the one file that a language is. Units and what `Intl` reads stay as they are. */
export function pseudoLanguage(): string {
  const own = { 'lang.name': 'ضاد', 'lang.tag': 'ar', 'lang.dir': 'rtl', 'write.locale': 'ar' }
  const messages = Object.entries(en).map(([key, message]): [string, Message] => [
    key,
    key.startsWith('write.') ? message : turnedMessage(message),
  ])
  return `export const ar = ${JSON.stringify({ ...Object.fromEntries(messages), ...own })}\n`
}
