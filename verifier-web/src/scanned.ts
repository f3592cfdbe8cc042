// What a code that was read means here. A code can lead anywhere: this page follows none, it only takes the number out of it.
import { addressIn, pathOfCode, subjectFromText, withoutAim } from './subject-from-text.ts'

/** goods: a number that this page can check. foreign: an address of somebody else, with the number in it, if any. text: anything else. */
export type Scanned =
  | { kind: 'goods'; path: string }
  | { kind: 'foreign'; text: string; host: string; path?: string }
  | { kind: 'text'; text: string }

/** GS1's own host stands for every resolver: it says nothing about whose page it is. */
const NEUTRAL = 'id.gs1.org'

/** @param text as a decoder gives it: a Digital Link of any host, an element string with or without FNC1, a bare retail number */
export function scannedOf(text: string, ownHost: string): Scanned {
  const bare = withoutAim(text)
  const address = subjectFromText(bare)
  // An address of another kind names itself, and whatever somebody prints must not become a number here.
  const path = address.kind === 'subject' && address.elements.size > 0 ? pathOfCode(address) : undefined
  const whole = addressIn(bare) ?? ''
  const host = /^https?:/i.test(whole) ? hostOf(whole) : undefined
  if (host === undefined || host === ownHost || host.toLowerCase() === NEUTRAL)
    return path === undefined ? { kind: 'text', text } : { kind: 'goods', path }
  return { kind: 'foreign', text, host, ...(path !== undefined && { path }) }
}

/** Of several codes in one picture the one that says most: goods by number before goods by kind, and anything before what leads nowhere. */
export function bestScanned(texts: readonly string[], ownHost: string): Scanned | undefined {
  return texts.map((text) => scannedOf(text, ownHost)).sort((a, b) => rank(b) - rank(a))[0]
}

/** Whether no other code on the same pack could say more. */
export function isWhole(scanned: Scanned): boolean {
  return rank(scanned) > PRODUCT_ALONE
}

/** `/01/09506000134352` */
const PRODUCT_ALONE = 2
/** More than any address has parts. */
const ONE_PACK = 100

function rank(scanned: Scanned): number {
  switch (scanned.kind) {
    case 'goods': {
      const parts = scanned.path.split('?')[0]!.split('/').slice(1)
      const hasSerial = parts.some((ai, i) => i % 2 === 0 && (ai === '21' || ai === '235'))
      return parts.length + (hasSerial ? ONE_PACK : 0)
    }
    case 'foreign':
      return 1
    case 'text':
      return 0
  }
}

function hostOf(address: string): string {
  try {
    return new URL(address).host
  } catch {
    return ''
  }
}
