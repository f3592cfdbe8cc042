/** A tag at an antenna. */
export interface FieldTag {
  /** Whole words, as a tag's memory holds them. */
  epc: Uint8Array
  antenna: number
  /** dBm */
  rssi: number
}

interface Shown extends FieldTag {
  key: string
  /** Monotonic ms; Infinity while it is not taken away. */
  until: number
}

const CODE = /^([+-]?)(?:([0-9A-Fa-f]{8,124})|(\(0[01]\)[\x21-\x7e]+?))(?:#(\d{1,2}))?(?:@(-\d{1,3}))?$/
const SSCC = /^\(00\)(\d{18})$/
const SGTIN = /^\(01\)(\d{14})\(21\)([\x21-\x7e]{1,20})$/

/**
 * The tags in front of a reader. A code shows it one: an EPC in hex, or `(00)…` and `(01)…(21)…`, which are written as SSCC+ and SGTIN+; then
 * `#antenna` and `@dBm`. Without a sign the tag passes by; `+` leaves it in the field, `-` takes it away.
 */
export class TagsInField {
  readonly #dwellMs: number
  #shown: Shown[] = []

  constructor(dwellMs: number) {
    this.#dwellMs = dwellMs
  }

  show(code: string, nowMs: number): void {
    const tag = parseTagCode(code)
    if (!tag) return
    this.#shown = this.#shown.filter(({ key }) => key !== tag.key)
    if (tag.sign === '-') return
    this.#shown.push({ ...tag, until: tag.sign === '+' ? Number.POSITIVE_INFINITY : nowMs + this.#dwellMs })
  }

  at(nowMs: number): FieldTag[] {
    this.#shown = this.#shown.filter(({ until }) => until > nowMs)
    return this.#shown
  }
}

/** What a code shows a reader; undefined where it is none. */
export function parseTagCode(code: string): (FieldTag & { key: string; sign: string }) | undefined {
  const match = CODE.exec(code)
  if (!match) return undefined
  const [, sign = '', hex, label, antenna = '1', rssi = '-55'] = match
  const epc = hex === undefined ? epcOfLabel(label ?? '') : words(hex)
  if (!epc) return undefined
  const key = `${Buffer.from(epc).toString('hex')} ${antenna}`
  return { sign, key, epc, antenna: Number(antenna), rssi: Math.max(-128, Number(rssi)) }
}

/** SSCC+ and SGTIN+ of the Tag Data Standard 2.0: digits of four bits; the serial number as seven-bit characters. */
function epcOfLabel(label: string): Uint8Array | undefined {
  const unit = SSCC.exec(label)
  if (unit?.[1]) return words(`F90${unit[1]}`)
  const item = SGTIN.exec(label)
  if (!item?.[1] || !item[2]) return undefined
  const serial = [...item[2]].map((c) => c.charCodeAt(0).toString(2).padStart(7, '0')).join('')
  const text = `100${item[2].length.toString(2).padStart(5, '0')}${serial}`
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '0')
  const nibbles = padded.match(/.{4}/g) ?? []
  return words(`F71${item[1]}${nibbles.map((nibble) => Number.parseInt(nibble, 2).toString(16)).join('')}`)
}

function words(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.padEnd(Math.ceil(hex.length / 4) * 4, '0'), 'hex'))
}
