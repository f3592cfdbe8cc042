// Scanners that type: what they read comes as keys, one right after the other, and Enter or Tab at the end.

/** No person has so little time between two keys for long; from key to key, as the keyboard's driver told the times. */
const GAP_MS = 100
/** The shortest number on goods. */
const LEAST = 8
/** The most that a QR Code holds. */
const MOST = 4296
/** From here on the keys are a scanner's: shortcuts of the browser must not take them. */
const SURE = 3

/** What a key writes on the keyboard that scanners imitate, without and with Shift, where an input method hides it. */
const BESIDES: Readonly<Record<string, string>> = {
  Minus: '-_',
  Equal: '=+',
  BracketLeft: '[{',
  BracketRight: ']}',
  Backslash: '\\|',
  Semicolon: ';:',
  Quote: `'"`,
  Comma: ',<',
  Period: '.>',
  Slash: '/?',
  Backquote: '`~',
  Space: '  ',
}
const ABOVE_DIGITS = ')!@#$%^&*('

/** The sign that a key stands for; '' for one that writes nothing. FNC1 comes as Ctrl+] or F8. */
function signOf(event: KeyboardEvent): string {
  if ((event.ctrlKey && (event.key === ']' || event.code === 'BracketRight')) || event.key === 'F8') return '\x1d'
  if (event.ctrlKey || event.altKey || event.metaKey) return ''
  if (event.key.length === 1) return event.key
  // An input method is switched on, and tells where the key lies alone.
  if (event.key !== 'Process' && event.key !== 'Unidentified') return ''
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code) ?? []
  if (letter !== undefined) return event.shiftKey === event.getModifierState('CapsLock') ? letter.toLowerCase() : letter
  if (digit !== undefined) return event.shiftKey && event.code.startsWith('D') ? ABOVE_DIGITS[Number(digit)]! : digit
  return BESIDES[event.code]?.[event.shiftKey ? 1 : 0] ?? ''
}

/** Whether it is somewhere to write. */
export const isField = (target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement =>
  target instanceof HTMLInputElement
    ? !/^(?:button|checkbox|file|radio|submit)$/.test(target.type)
    : target instanceof HTMLTextAreaElement

/**
 * Hands over what a scanner types anywhere on the page. What goes into a text field as it should is left to the field; where an input method (as for
 * Chinese) would make words of it, the keys themselves are taken. Returns what ends it.
 */
export function listenToWedge(take: (text: string) => void): () => void {
  let [text, last, composed] = ['', Number.NEGATIVE_INFINITY, false]
  const key = (event: KeyboardEvent): void => {
    const isInField = isField(event.target)
    const fast = event.timeStamp - last <= GAP_MS
    const isEnd = event.key === 'Enter' || event.key === 'Tab' || event.code === 'Enter' || event.code === 'Tab'
    if (isEnd) {
      const whole = fast && text.length >= LEAST && (!isInField || composed) ? text : undefined
      text = ''
      if (whole === undefined) return
      event.preventDefault()
      event.stopPropagation()
      take(whole)
      return
    }
    const sign = signOf(event)
    // Shift and its like come between, and write nothing; a key that a person holds down comes as fast as a scanner's.
    if (sign === '' || event.repeat) return
    if (!fast || text.length > MOST) [text, composed] = ['', false]
    text += sign
    last = event.timeStamp
    composed ||= event.isComposing || event.key === 'Process' || event.key === 'Unidentified'
    // A slash begins a search in some browsers, a blank scrolls or presses what has the focus.
    if (!isInField && (text.length > SURE || sign === '\x1d')) event.preventDefault()
  }
  document.addEventListener('keydown', key, true)
  return () => document.removeEventListener('keydown', key, true)
}
