import { ProtocolError, parseElementString } from '@tristamp/protocol'

const GS = '\x1d'
const GTIN = '09506000134352'
const LOT = 'TRISTAMP-CHECK'
const SERIAL = 'GS'

/**
 * The check label, as a GS1 DataMatrix or GS1-128: a lot, FNC1, a serial number. A scanner that hands it on as `]d2…<GS>21GS` is set up rightly. It names no goods
 * and is never recorded.
 */
export const CHECK_LABEL: string = `(01)${GTIN}(10)${LOT}(21)${SERIAL}`
/** As its symbol holds it, behind the first FNC1. */
export const CHECK_ELEMENTS: string = `01${GTIN}10${LOT}${GS}21${SERIAL}`

/** What a scan of the check label shows of the scanner's settings. */
export interface ScannerCheck {
  /** The AIM identifier that came, where one came. */
  aim: string | undefined
  gs: 'sent' | 'lost' | 'replaced'
}

/** @returns undefined when the scan is not of the check label */
export function readCheckLabel(text: string): ScannerCheck | undefined {
  const aim = /^\][A-Za-z][0-9A-Za-z]/.exec(text)?.[0]
  const data = text.slice(aim?.length ?? 0)
  const start = data.startsWith(GS) ? 1 : 0
  const front = `01${GTIN}10${LOT}`
  const back = `21${SERIAL}`
  if (!data.startsWith(front, start) || !data.endsWith(back)) return undefined
  const between = data.slice(start + front.length, -back.length)
  if (between.length > 4) return undefined
  return { aim, gs: between === GS ? 'sent' : between === '' ? 'lost' : 'replaced' }
}

/** What is wrong with the settings, in words for the installer; empty when all is well. */
export function scannerFaults({ aim, gs }: ScannerCheck): string[] {
  const faults: string[] = []
  if (aim === undefined) faults.push('it does not send AIM identifiers ("AIM code ID" or "send code ID: AIM")')
  else if (!/^\](?:C1|d2|Q3|J1|e0)$/.test(aim))
    faults.push(`it sends ${aim}, which is no GS1 symbol: switch GS1 decoding on`)
  if (gs === 'lost')
    faults.push('it drops FNC1: set it to send FNC1 as GS (0x1D), and to serial instead of keyboard mode')
  if (gs === 'replaced') faults.push('it sends something else for FNC1: set it to send GS (0x1D)')
  return faults
}

const GS1_SYMBOL = /^\](?:C1|d2|Q3|J1|e0)/
/** Elements of fixed form that may stand after a lot or serial number: a measure, or a date. */
const SWALLOWED = /.(3[1-6]\d[0-5]\d{6}|1[1-7]\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))$/
/** Elements whose length nothing but a separator ends, and which labels carry before others. */
const OPEN_ENDED = ['10', '21', '22', '240', '241', '250']

/**
 * Tells of a GS1 scan without any separator whose last open-ended value ends with what reads as another element: `10ABC1233103001750` is the lot ABC123 and a weight,
 * or a strange lot. A sign, no proof: what the scan names is decided where it is read.
 */
export function lostSeparator(text: string): { ai: string; value: string; swallowed: string } | undefined {
  if (!GS1_SYMBOL.test(text) || text.includes(GS)) return undefined
  try {
    const [last] = [...parseElementString(text.slice(3))].slice(-1)
    if (!last || !OPEN_ENDED.includes(last[0])) return undefined
    const [ai, value] = last
    const swallowed = SWALLOWED.exec(value)?.[1]
    return swallowed === undefined ? undefined : { ai, value, swallowed }
  } catch (error) {
    // What cannot be read at all is refused where it is read, with the reason.
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
