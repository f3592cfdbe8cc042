// What in a text looks like data about a person: numbers to call, addresses to write to, accounts, identity numbers. Names look like any other word, and numbers
// of passports like those of goods. Goods have numbers, too: what stands in an element string or a Digital Link, or is called a lot or a serial, is of no person.

import { hasCheckDigit } from './gs1/check-digit.ts'

interface Shape {
  pattern: RegExp
  /** Whether a hit counts, by itself and by what stands before and after it: old browsers know no look-behind. */
  fits?: (hit: RegExpExecArray, before: string, after: string) => boolean
}

interface Span {
  at: number
  end: number
}

/** Between the digits of a number to call. */
const GAP = ' ?[.·‐‑–—-] ?| '
const MAYBE_GAP = `(?:${GAP})?`
const CHINA = '(?:\\((?:\\+|00)?86\\) ?|(?:\\+|00)?86[ .-]?)'
const AFTER_CHINA = new RegExp(`^${CHINA}(?=1)`)
const AREA = '0(?:10|2\\d|[3-9]\\d\\d)'
/** How people group the eleven digits of a mobile number of China. */
const MOBILE = new Set([
  ...['11', '3,4,4', '3,8', '7,4', '3,3,5', '3,5,3', '4,3,4', '5,6', '6,5', '3,2,2,2,2'],
  '1,1,1,1,1,1,1,1,1,1,1',
])
/** Between what an account is of and the account: `微信号：`, `wx: `. */
const NAMED = '(?: ?_?(?:号码?|账号|帐号|id))?(?: ?[:：=是为] ?)?'
const ACCOUNT = '[A-Za-z][\\w-]{5,19}|[1-9]\\d{4,11}'

const OF_GOODS: readonly Shape[] = [
  // (01)09506000134352(21)A1. What begins with 0 and has three digits is an area code, and (86) China.
  { pattern: /\((?:0[0-4]|1[0-7]|2[0-2]|3[07]|9\d|2[3-5]\d|4[0-3]\d|7[12]\d|[34678]\d{3})\)[!-~]+/g },
  // As a scanner reads it, with and without its symbol.
  { pattern: /\][A-Za-z]\d[!-~]+/g },
  { pattern: /01\d{14}[!-~]*/g, fits: (_, before) => !/\w$/.test(before) },
  { pattern: /(?:\/(?:0[01]|253|255|40[12]|41[47]|800[346]|801[0378])\/|urn:epc:)[!-~]+/g },
  {
    pattern: /(?:批[号次]|批次号|序列号|流水号|包装号|条形?码|货号|追溯码|单号)[是为:： #]{0,3}[\w/-]+/g,
  },
  {
    pattern:
      /(?:lot|batch|serial|s\/n|sn|gtin|ean|upc|sscc|gln)(?: ?(?:numbers?|codes?|no\.?|nr\.?))?(?: is)?(?:[:：# -]{1,3}[\w/-]|\d)[\w/-]*/gi,
    fits: (_, before, after) => !/[A-Za-z]$/.test(before) && !/^[\w.+-]*@/.test(after),
  },
]

const OF_PERSONS: readonly Shape[] = [
  { pattern: /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,4}\.[A-Za-z]{2,24}/g },
  // A resident identity number of China: place, day of birth, sequence, check character.
  {
    pattern: /[1-8]\d{5}[ -]?(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx]/g,
    fits: ([hit], before, after) =>
      !/\d$/.test(before) && !/^\d/.test(after) && (isIdentityNumber(hit) || /身份证\D{0,6}$/.test(before)),
  },
  {
    pattern: new RegExp(`${CHINA}?1(?:${MAYBE_GAP}\\d){10}`, 'g'),
    fits: ([hit], before, after) => {
      const number = hit.replace(AFTER_CHINA, '')
      const groups = number.match(/\d+/g) ?? []
      return (
        isWhole(before, after) &&
        /^1\D*[3-9]/.test(number) &&
        MOBILE.has(groups.map(({ length }) => length).join()) &&
        gapsIn(number).size < 2 &&
        // A GTIN of 13 digits, and not 86 before a number.
        !(/^\d{13}$/.test(hit) && hasCheckDigit(hit))
      )
    },
  },
  // From abroad, +49 (0)170 1234567. Temperatures have a point, a sign each, or one digit.
  {
    pattern: new RegExp(`\\+[1-9]\\d{0,2}(?: ?\\(\\d{1,4}\\))?(?:${MAYBE_GAP}\\d){7,12}`, 'g'),
    fits: ([hit], _, after) => {
      const number = hit.replace(/^\+\d+\D*/, '')
      const gaps = gapsIn(number)
      const alone = (number.match(/\d+/g) ?? []).filter(({ length }) => length === 1)
      return isWhole('', after) && !(gaps.has('.') && gaps.size > 1) && alone.length < 2 && !hasDay(hit)
    },
  },
  // A line in a house: area code and number, (010) 1234 5678.
  {
    pattern: new RegExp(`(?:\\(${AREA}\\) ?|${AREA}(?:${GAP}))[1-9]\\d{2,3}${MAYBE_GAP}\\d{4}(?:[-转]\\d{1,5})?`, 'g'),
    fits: ([hit], before, after) => isWhole(before, after) && !(/\d \d/.test(hit) && /^ \d/.test(after)),
  },
  {
    pattern: new RegExp(`(?:微信|薇信|威信)${NAMED} ?(${ACCOUNT})`, 'gi'),
    fits: ([, account = '']) => !hasDay(account),
  },
  // WX-12345678 is a serial, and of "WeChat failed" nothing an account.
  {
    pattern: new RegExp(`(?:we ?chat|weixin|vx|wx)(${NAMED})( ?)(${ACCOUNT})`, 'gi'),
    fits: ([, named = '', gap, account = ''], before, after) => {
      const isCalled = named !== '' && !/^ +[A-Za-z]/.test(after) && !hasDay(account)
      return !/[A-Za-z]$/.test(before) && (isCalled || (gap !== '' && /^[A-Za-z].*[\d_]/.test(account)))
    },
  },
  { pattern: /wxid_\w{6,20}/gi },
  {
    pattern: new RegExp(`(?:qq群?|扣扣)${NAMED} ?([1-9]\\d{4,11})`, 'gi'),
    fits: ([, account = ''], before, after) => !/[A-Za-z]$/.test(before) && !/^\d/.test(after) && !hasDay(account),
  },
]

/**
 * The parts of a text that look like data about a person, in their order; none twice.
 * @param subject URI of the goods that it is about: their own numbers are never meant. A serial of eleven digits that is not called one looks like a number to call.
 */
export function personalIn(text: string, subject = ''): string[] {
  return [...new Set(personalSpans(text, subject).map(({ at, end }) => text.slice(at, end)))]
}

/** The text with `…` for each of them, and for what looks like one only when those around it are gone. */
export function withoutPersonal(text: string, subject = ''): string {
  let left = text
  // Each is longer than its sign: there is an end.
  for (let spans = personalSpans(left, subject); spans.length > 0; spans = personalSpans(left, subject))
    left = without(left, spans)
  return left
}

function without(text: string, spans: readonly Span[]): string {
  let [left, from] = ['', 0]
  for (const { at, end } of spans) {
    left += `${text.slice(from, at)}…`
    from = end
  }
  return left + text.slice(from)
}

function personalSpans(text: string, subject: string): Span[] {
  let plain = narrow(text)
  for (const span of [...spansOf(OF_GOODS, plain), ...ownNumbers(subject, plain)])
    plain = plain.slice(0, span.at) + '□'.repeat(span.end - span.at) + plain.slice(span.end)
  const found: Span[] = []
  for (const span of spansOf(OF_PERSONS, plain))
    if (!found.some(({ at, end }) => span.at < end && at < span.end)) found.push(span)
  return found.sort((a, b) => a.at - b.at)
}

function spansOf(shapes: readonly Shape[], text: string): Span[] {
  const found: Span[] = []
  for (const { pattern, fits } of shapes) {
    pattern.lastIndex = 0
    for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) {
      const span = { at: hit.index, end: hit.index + hit[0].length }
      if (fits?.(hit, text.slice(0, span.at), text.slice(span.end)) ?? true) found.push(span)
      // What is none may hide the beginning of one.
      else pattern.lastIndex = span.at + 1
    }
  }
  return found
}

/** Where the lot, the serial or another number of the goods stands by itself. */
function ownNumbers(subject: string, text: string): Span[] {
  const own = (subject.match(/[^/?&=#:]+/g) ?? []).filter((one) => /\d{4}/.test(one))
  return own.flatMap((one) => {
    const found: Span[] = []
    for (let at = text.indexOf(one); at >= 0; at = text.indexOf(one, at + 1)) {
      const end = at + one.length
      if (!/\d/.test(text[at - 1] ?? '') && !/\d/.test(text[end] ?? '')) found.push({ at, end })
    }
    return found
  })
}

/** Keyboards for Chinese write letters, digits and some signs wide; each stays where it is. */
function narrow(text: string): string {
  return text
    .replace(/[０-９Ａ-Ｚａ-ｚ（）＋－．／＠＃＿＝]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ')
}

function isWhole(before: string, after: string): boolean {
  return !/\d[.-]?$/.test(before) && !/^[.-]?\d/.test(after)
}

/** The different signs between the digits of a number. */
function gapsIn(number: string): Set<string> {
  return new Set((number.match(/\D+/g) ?? []).map((gap) => gap.trim()))
}

function hasDay(text: string): boolean {
  return /(?:^|\D)(?:19|20)\d\d([ ./-]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/.test(text)
}

/** GB 11643: the weights are powers of two, modulo 11. */
function isIdentityNumber(hit: string): boolean {
  const signs = hit.replace(/[ -]/g, '')
  let sum = 0
  for (const sign of signs.slice(0, 17)) sum = (sum + Number(sign)) * 2
  return '10X98765432'[sum % 11] === signs[17]?.toUpperCase()
}
