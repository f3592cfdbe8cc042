// Codes that no test has seen: random goods in every form that a label, a scanner or a person gives them.
import { checkDigit, type Elements, formatElementString } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestScanned, scannedOf } from './scanned.ts'
import { subjectFromPath } from './subject-from-path.ts'
import { subjectFromText } from './subject-from-text.ts'

const OWN = 'trace.example'
const HOST = 'https://id.gs1.org'

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
/** A number of `length` digits with its check digit. */
const numbered = (length: number): fc.Arbitrary<string> => digits(length - 1).map((d) => d + checkDigit(d))
/** What GS1 allows in lots and serials (character set 82); `plain` leaves out what a person's brackets would be taken for. */
const CSET82 = [...'!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz']
const text = (letters: readonly string[]): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 20 })
    // No address can hold these as a step.
    .filter((value) => value !== '.' && value !== '..')

interface Goods {
  elements: Elements
  subject: string
  /** Where the page leads for them: the lot stands beside the number, since either may be called back. */
  path: string
}

const esc = (value: string): string =>
  value.replace(/[^A-Za-z0-9\-._~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const goods = (letters: readonly string[] = CSET82): fc.Arbitrary<Goods> =>
  fc
    .record({
      gtin: numbered(14),
      lot: fc.option(text(letters), { nil: undefined }),
      serial: fc.option(text(letters), { nil: undefined }),
      useBy: fc.option(fc.constantFrom('261126', '270228', '991231'), { nil: undefined }),
    })
    .map(({ gtin, lot, serial, useBy }) => {
      const elements = new Map([['01', gtin]])
      if (useBy !== undefined) elements.set('17', useBy)
      if (lot !== undefined) elements.set('10', lot)
      if (serial !== undefined) elements.set('21', serial)
      const part = serial !== undefined ? `/21/${esc(serial)}` : lot !== undefined ? `/10/${esc(lot)}` : ''
      const beside = lot !== undefined && serial !== undefined ? `/10/${esc(lot)}` : ''
      const date = useBy === undefined ? '' : `?17=${useBy}`
      return { elements, subject: `${HOST}/01/${gtin}${part}`, path: `/01/${gtin}${beside}${part}${date}` }
    })

/** How software may spell a value in an address: only what it must, everything, or in small letters. */
const ESCAPES: ((value: string) => string)[] = [
  esc,
  (value) => esc(value).replace(/%../g, (one) => one.toLowerCase()),
  (value) => [...value].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  (value) => value.replace(/[%/?#"<>]/g, esc),
]

const linkPath = (elements: Elements, spell: (value: string) => string): string => {
  const step = (ai: string): string => (elements.has(ai) ? `/${ai}/${spell(elements.get(ai)!)}` : '')
  const date = elements.get('17')
  return `/01/${elements.get('01')}${step('10')}${step('21')}${date === undefined ? '' : `?17=${date}&linkType=all`}`
}

const wide = (value: string): string =>
  [...value].map((c) => (c > ' ' && c <= '~' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join('')

const bracketed = (elements: Elements): string => [...elements].map(([ai, value]) => `(${ai})${value}`).join('')

describe('codes never seen before', () => {
  it('are the same goods as an address, however it is spelt', () => {
    const prefix = fc.constantFrom(
      'https://trace.example',
      'HTTPS://TRACE.EXAMPLE',
      'http://trace.example',
      'https://trace.example:443',
      HOST,
      'HTTP://ID.GS1.ORG',
      ']Q1https://trace.example',
      ' https://trace.example',
      '\ufeffhttps://id.gs1.org',
    )
    fc.assert(
      fc.property(goods(), prefix, fc.constantFrom(...ESCAPES), ({ elements, subject, path }, host, spell) => {
        const own = scannedOf(host + linkPath(elements, spell), OWN)
        expect(own).toEqual({ kind: 'goods', path })
        const url = new URL(HOST + path)
        expect(subjectFromPath(url.pathname, url.search)).toMatchObject({ kind: 'subject', subject })
      }),
    )
  })

  it('are the same goods as a symbol’s data, in any order, with FNC1 where it must be and where it need not', () => {
    const before = fc.constantFrom('', ']d2', ']Q3', ']C1', ']e0', '\x1d', ']d2\x1d')
    const after = fc.constantFrom('', '\x1d')
    fc.assert(
      fc.property(goods(), before, after, fc.nat(), ({ elements, path }, head, tail, turn) => {
        const list = [...elements]
        const turned = new Map([...list.slice(turn % list.length), ...list.slice(0, turn % list.length)])
        expect(scannedOf(head + formatElementString(turned) + tail, OWN)).toEqual({
          kind: 'goods',
          path,
        })
      }),
    )
  })

  it('are the same goods typed by hand: brackets, spaces, and the wide letters of a Chinese keyboard', () => {
    const letters = [...'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789-_/+.']
    const habits: ((typed: string) => string)[] = [
      (typed) => typed,
      (typed) => typed.replaceAll(')', ') ').replaceAll('(', ' ('),
      wide,
      (typed) => wide(typed).replaceAll('）', '）\u3000'),
      (typed) => typed.replaceAll('(', '（').replaceAll(')', '）'),
      // Chats put invisible marks around what is copied out of them.
      (typed) => `\u2068${typed.replaceAll(')', ')\u200b')}\u2069`,
    ]
    fc.assert(
      fc.property(goods(letters), fc.constantFrom(...habits), ({ elements, subject }, habit) => {
        expect(subjectFromText(habit(bracketed(elements)))).toMatchObject({ kind: 'subject', subject })
      }),
    )
  })

  it('are the same product as the number under its bars, of each length, typed and read', () => {
    const bars = fc.constantFrom(8, 12, 13, 14).chain(numbered)
    fc.assert(
      fc.property(
        bars,
        fc.constantFrom(
          (s: string) => s,
          wide,
          (s: string) => `${s.slice(0, 1)} ${s.slice(1)}`,
        ),
        (number, habit) => {
          const subject = `${HOST}/01/${number.padStart(14, '0')}`
          expect(subjectFromText(habit(number))).toMatchObject({ kind: 'subject', subject })
          expect(scannedOf(number, OWN)).toEqual({ kind: 'goods', path: subject.slice(HOST.length) })
        },
      ),
    )
  })

  it('with one digit mistyped are no goods but a mistake', () => {
    fc.assert(
      fc.property(numbered(13), fc.nat(12), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
        const other = [...number]
        other[at] = String((Number(other[at]) + by) % 10)
        expect(subjectFromText(other.join(''))).toEqual({ kind: 'wrong', code: 'GS1_CHECK_DIGIT' })
      }),
    )
  })
})

describe('codes of others', () => {
  const foreign = fc.constantFrom(
    'https://evil.example',
    'http://evil.example:8080',
    'https://trace.example.evil.example',
    'https://trace.example:8443',
    'https://id.gs1.org.evil.example',
    'https://id.gs1.org:444',
    'HTTPS://EVIL.EXAMPLE',
    'https://xn--trac-8xa.example',
    'https://[::1]',
    ']Q1https://evil.example',
    ' https://evil.example',
    '\u200bhttps://evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:\\\\evil.example',
    'https://trace.example@evil.example',
    'https://trace.example%2f@evil.example',
    'https://user:word@evil.example',
    'https://tr\u0430ce.example',
    'https://trace\u3002evil.example',
  )

  it('are shown with the host that a browser would go to, and never taken for ours', () => {
    fc.assert(
      fc.property(goods(), foreign, ({ elements, path }, host) => {
        const code = host + linkPath(elements, esc)
        const scanned = scannedOf(code, OWN)
        expect(scanned.kind).toBe('foreign')
        if (scanned.kind !== 'foreign') return
        expect(scanned.text).toBe(code)
        expect([OWN, 'id.gs1.org']).not.toContain(scanned.host)
        expect(scanned.host).toMatch(/^[\x21-\x7e]+$/)
        // The number may be checked here; nobody is led there.
        if (scanned.path !== undefined) expect(scanned.path).toBe(path)
      }),
    )
  })

  it('of any kind lead nowhere but to this page', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc
        .tuple(
          fc.constantFrom('javascript:', 'data:text/html,', 'file:///', 'tel:', 'intent://', '//', '/\\', 'weixin://'),
          fc.string(),
        )
        .map((p) => p.join('')),
      fc.tuple(foreign, fc.string()).map((p) => p.join('/')),
      fc
        .constantFrom('/01/', 'https://id.gs1.org//evil.example/01/', '(01)', '\x1d', ']Q1', ']d2')
        .chain((head) => fc.string().map((tail) => head + tail)),
      fc.nat(3).map((n) => `https://evil.example/01/${'9'.repeat(n * 1500)}`),
    )
    fc.assert(
      fc.property(any, fc.array(any, { maxLength: 3 }), (code, others) => {
        for (const scanned of [scannedOf(code, OWN), bestScanned([code, ...others], OWN)!]) {
          const path = scanned.kind === 'text' ? undefined : scanned.path
          if (path !== undefined) expect(new URL(path, `https://${OWN}`).origin).toBe(`https://${OWN}`)
        }
        expect(['subject', 'start', 'wrong']).toContain(subjectFromText(code).kind)
      }),
      { numRuns: 200 },
    )
  })

  it('of two in one picture never hide the one that names the pack', () => {
    fc.assert(
      fc.property(goods(), goods(), foreign, ({ elements, path }, other, host) => {
        fc.pre(elements.has('21'))
        const ours = formatElementString(elements)
        const product = other.elements.get('01')!
        for (const codes of [
          [ours, host + linkPath(other.elements, esc)],
          [product, ours],
          [host, ours, product],
        ])
          expect(bestScanned(codes, OWN)).toEqual({ kind: 'goods', path })
      }),
    )
  })
})
