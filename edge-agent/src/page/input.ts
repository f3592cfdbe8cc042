/** As long as a scan may be, with room for a bracketed spelling. */
export const MAX_INPUT = 1024

/**
 * What came by the page as the frame of a scanner. A wedge scanner with AIM identifiers sends one already; commands and web addresses are a QR Code's;
 * `(01)…(21)…` is how element strings are printed beside their symbols. Anything else stays as it is, and the station says what is wrong with it.
 */
export function frameOf(input: string): string {
  const text = input.trim()
  if (text.startsWith(']')) return text
  if (/^(?:tristamp:|https?:\/\/)/i.test(text)) return `]Q1${text}`
  return text.startsWith('(') ? `]d2${unbracketed(text)}` : text
}

/** `(01)09501101530003(10)L1(21)X` with a separator after every element: one too many is no harm. */
function unbracketed(text: string): string {
  const parts = [...text.matchAll(/\((\d{2,4})\)([^(]+)/g)]
  if (parts.map(([whole]) => whole).join('') !== text) return text
  return parts.map(([, ai, value]) => `${ai}${value}`).join('\x1d')
}
