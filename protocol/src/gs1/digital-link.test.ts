import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cases } from '../_epcis-vectors.ts'
import { refusal } from '../_refusal.ts'
import { checkDigit } from './check-digit.ts'
import {
  canonicalUri,
  digitalLink,
  digitalLinkWithAttributes,
  parseDigitalLink,
  percentDecode,
  percentEncode,
} from './digital-link.ts'
import { addElement, type Elements } from './element.ts'
import { formatElementString } from './element-string.ts'

function bracketed(text: string): Elements {
  const elements = new Map<string, string>()
  for (const [, ai = '', value = ''] of text.matchAll(/\((\d+)\)([^(]*)/g)) addElement(elements, ai, value)
  return elements
}

describe('vectors', () => {
  const parse = cases<{ uri: string; valid: boolean; elementString: string; options?: object }>(
    'digital-link/parse-uri',
  )
  test.skipIf(parse.length === 0)('addresses are read or refused', () => {
    for (const { uri, valid, elementString, options } of parse) {
      const legacy = options !== undefined && !('permitUnknownAIs' in options)
      const read = (): string =>
        `^${formatElementString(parseDigitalLink(uri, { legacy }).elements).replaceAll('\x1d', '^')}`
      expect([uri, refusal(read) === undefined]).toEqual([uri, valid])
      if (valid) expect(read()).toBe(elementString)
    }
  })

  // The last case writes (89), an AI nobody has assigned; we write only what we know.
  const build = cases<{ stem: string; elementString: string; valid: boolean; uri: string }>('digital-link/build-uri')
  test.skipIf(build.length === 0)('addresses are written', () => {
    for (const { stem, elementString, valid, uri } of build.filter(
      (c) => !(c.valid && c.elementString.includes('(89)')),
    )) {
      const write = (): string => digitalLinkWithAttributes(bracketed(elementString), stem)
      expect([elementString, refusal(write) === undefined]).toEqual([elementString, valid])
      if (valid) expect(write()).toBe(uri)
    }
  })

  const escaping = cases<{ text: string; inPath: string; inQuery: string }>('digital-link/escape')
  test.skipIf(escaping.length === 0)('values are escaped', () => {
    for (const { text, inPath, inQuery } of escaping) {
      expect(percentEncode(text)).toBe(inPath)
      expect(percentEncode(text).replaceAll('%20', '+')).toBe(inQuery)
    }
  })

  const unescaping = cases<{ text: string; inPath: string; inQuery: string }>('digital-link/unescape')
  test.skipIf(unescaping.length === 0)('values are unescaped', () => {
    for (const { text, inPath, inQuery } of unescaping) {
      expect(percentDecode(text)).toBe(inPath)
      expect(percentDecode(text, true)).toBe(inQuery)
    }
  })

  // EPC URNs need the length of each company's prefix to come back from: we neither take nor write them (urn:epc:…, 12 cases).
  const normalise = cases<{ uri: string; canonical: string | null }>('digital-link/normalise-epc').filter(({ uri }) =>
    uri.startsWith('http'),
  )
  test.skipIf(normalise.length === 0)('old addresses become the finest canonical one', () => {
    expect(normalise).toHaveLength(18)
    for (const { uri, canonical } of normalise) {
      const read = (): string => finest(parseDigitalLink(uri, { legacy: true }).elements)
      expect([uri, refusal(read) === undefined ? read() : null]).toEqual([uri, canonical])
    }
  })
})

/** That algorithm names the finest level only. */
function finest(elements: Elements): string {
  const kept = [...elements].filter(([ai]) => ai !== '22' && !(ai === '10' && elements.has('21')))
  return digitalLink(new Map(kept))
}

describe('canonical form', () => {
  test.each([
    [
      'http://shop.example/x/01/09506000134352/10/L7/21/A1?17=261201#f',
      'https://id.gs1.org/01/09506000134352/10/L7/21/A1',
    ],
    ['https://id.gs1.org/01/09506000134352/21/a%2fb', 'https://id.gs1.org/01/09506000134352/21/a%2Fb'],
    ['https://id.gs1.org/01/09506000134352/21/%41', 'https://id.gs1.org/01/09506000134352/21/A'],
    ['https://producer.example/pig/7', 'https://producer.example/pig/7'],
    ['https://producer.example/01/pig', 'https://producer.example/01/pig'],
    ['urn:uuid:00000000-0000-4000-8000-000000000001', 'urn:uuid:00000000-0000-4000-8000-000000000001'],
    ['geo:30.24,109.48', 'geo:30.24,109.48'],
  ])('%s', (uri, canonical) => expect(canonicalUri(uri)).toBe(canonical))

  test.each([
    ['', 'GS1_URI'],
    ['pig', 'GS1_URI'],
    ['https://a b/', 'GS1_URI'],
    ['https://id.gs1.org/01/09506000134353', 'GS1_CHECK_DIGIT'],
    ['https://id.gs1.org/pig', 'GS1_URI'],
    ['https://ID.GS1.ORG/01/1', 'GS1_AI_VALUE'],
    [`https://a/${'x'.repeat(3000)}`, 'GS1_URI'],
  ])('%s is refused', (uri, code) => expect(refusal(() => canonicalUri(uri))).toBe(code))

  test('a serial that a browser would read as a step in the path is refused', () => {
    for (const serial of ['.', '..'])
      expect(
        refusal(() =>
          digitalLink(
            new Map([
              ['01', '09506000134352'],
              ['21', serial],
            ]),
          ),
        ),
      ).toBe('GS1_URI')
    expect(
      digitalLink(
        new Map([
          ['01', '09506000134352'],
          ['21', '...'],
        ]),
      ),
    ).toBe('https://id.gs1.org/01/09506000134352/21/...')
  })

  test('needs a key', () => expect(refusal(() => digitalLink(new Map([['10', 'L7']])))).toBe('GS1_URI'))

  test('member names of objects are no identifiers', () => {
    for (const name of ['constructor', '__proto__'])
      expect(refusal(() => parseDigitalLink(`https://a/${name}/1`, { legacy: true }))).toBe('GS1_URI')
  })
})

describe('properties', () => {
  const text = fc.stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/).filter((t) => t !== '.' && t !== '..')
  const gtin = fc.stringMatching(/^[0-9]{13}$/).map((body) => body + checkDigit(body))
  const elements = fc
    .record({ '01': gtin, '22': text, '10': text, '21': text }, { requiredKeys: ['01'] })
    .map(
      (record) =>
        new Map(
          ['01', '22', '10', '21'].flatMap((ai) => (ai in record ? [[ai, record[ai as '01']]] : [])) as [
            string,
            string,
          ][],
        ),
    )

  test('what is written is read back, and is canonical', () => {
    fc.assert(
      fc.property(elements, (e) => {
        const uri = digitalLink(e)
        expect([...parseDigitalLink(uri).elements]).toEqual([...e])
        expect(canonicalUri(uri)).toBe(uri)
        expect(new URL(uri).href).toBe(uri)
      }),
    )
  })

  test('noise is read or refused, never more', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.stringMatching(/^https:\/\/a\/[0-9/?&=%#A-F]{0,40}$/),
    )
    fc.assert(fc.property(noise, (uri) => void refusal(() => canonicalUri(uri))))
    fc.assert(fc.property(noise, (uri) => void refusal(() => parseDigitalLink(uri, { legacy: true }))))
  })
})
