// Serial numbers, made on this device: the same alphabet and length as the command's (docs/labels.md).

/** Labels of one request. */
export const MOST = 240
/** No 0, 1, I, O: 32 letters and digits, so that every byte gives one evenly. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const LENGTH = 12

export type SerialChoice =
  | { way: 'random'; count: string }
  | { way: 'range'; from: string; to: string; prefix: string }
  | { way: 'list'; list: string }

/** The serials of a choice, each once; undefined where it gives none, too many, or one twice. */
export function serialsOf(choice: SerialChoice): string[] | undefined {
  const serials = made(choice)
  if (serials === undefined || serials.length < 1 || serials.length > MOST) return undefined
  return new Set(serials).size === serials.length ? serials : undefined
}

function made(choice: SerialChoice): string[] | undefined {
  if (choice.way === 'random') {
    const count = whole(choice.count)
    return count === undefined || count > MOST ? undefined : Array.from({ length: count }, randomSerial)
  }
  if (choice.way === 'range') {
    const [from, to] = [whole(choice.from), whole(choice.to)]
    if (from === undefined || to === undefined || to < from || to - from >= MOST) return undefined
    const digits = Math.max(choice.from.trim().length, choice.to.trim().length)
    return Array.from(
      { length: to - from + 1 },
      (_, i) => choice.prefix.trim() + String(from + i).padStart(digits, '0'),
    )
  }
  return choice.list
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function whole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined
}

function randomSerial(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte & 31]).join('')
}
