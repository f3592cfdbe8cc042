import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cases } from '../_epcis-vectors.ts'
import { fromHex, toHex } from '../bytes.ts'
import { ProtocolError } from '../error.ts'
import { closed, partitioned, plus, type TagWriter, writeText } from './_tag-writer.ts'
import { percentEncode } from './digital-link.ts'
import { decodeTag } from './tag.ts'

const hexBytes = (hex: string): Uint8Array => fromHex(hex.padEnd(Math.ceil(hex.length / 4) * 4, '0').toLowerCase())

interface TagCase {
  scheme: string
  hex: string
  filter: number
  digitalLink: string
}

const VECTORS = cases<TagCase>('epc-tag/tags')
describe.skipIf(VECTORS.length === 0)('tag vectors', () => {
  for (const { scheme, hex, filter, digitalLink } of VECTORS) {
    it(`${scheme} ${hex}`, () => {
      const tag = decodeTag(hexBytes(hex))
      expect(tag).toMatchObject({ scheme, filter, uri: digitalLink.split('?')[0], label: digitalLink })
    })
  }
})

/** One tag of each scheme, written by hand from its table. */
const EXAMPLES: [string, string, string][] = [
  ['SGTIN-96', '3066C4409047E140075BCD15', '01/09506000134352/21/123456789'],
  ['SGTIN-198', '3666C4409047E159B2C2BF100000000000000000000000000000', '01/09506000134352/21/32a%2Fb'],
  ['SSCC-96', '311BA1B300CE0A6A83000000', '00/095201234567891235'],
  ['SGLN-96', '3276451FD46072000000162E', '414/9521141123454/254/5678'],
  ['SGLN-195', '3976451FD46072CD9615F8800000000000000000000000000000', '414/9521141123454/254/32a%2Fb'],
  ['SGLN+', 'F2395211411234548566CB0AFC4', '414/9521141123454/254/32a%2Fb'],
  ['SGLN++', 'E9395211411234548566CB0AFC525065F1876F0D996D8000', '414/9521141123454/254/32a%2Fb'],
  ['GRAI-96', '3376451FD40C0E400000162E', '8003/095211411234545678'],
  ['GRAI-170', '3776451FD40C0E59B2C2BF1000000000000000000000', '8003/0952114112345432a%2Fb'],
  ['GRAI+', 'F13095211411234548566CB0AFC4', '8003/0952114112345432a%2Fb'],
  ['GIAI-96', '3476451FD40000000000162E', '8004/95211415678'],
  ['GIAI-202', '3876451FD59B2C2BF10000000000000000000000000000000000', '8004/952114132a%2Fb'],
  ['GIAI+', 'FA3952114132E83C2BF10', '8004/952114132a%2Fb'],
  ['GIAI++', 'EE3952114132E83C2BF1494197C61DBC3665B600', '8004/952114132a%2Fb'],
  ['GSRN-96', '2D76451FD4499602D2000000', '8018/952114112345678906'],
  ['GSRN+', 'F43952114112345678906', '8018/952114112345678906'],
  ['GSRNP-96', '2E76451FD4499602D2000000', '8017/952114112345678906'],
  ['GDTI-96', '2C76451FD46072000000162E', '253/95211411234545678'],
  ['GDTI-174', '3E76451FD7039B061438997367D0C18B266D1AB66EE0', '253/9521141987650ABCDefgh012345678'],
  ['GDTI+', 'F6395211411234540458B8', '253/95211411234545678'],
  ['ITIP+', 'F3309521141123454010266AE27FDF35', '8006/095211411234540102/21/rif981'],
  ['SGTIN+', 'F73795211411234538566CB0AFC4', '01/79521141123453/21/32a%2Fb'],
  ['DSGTIN+', 'FB342CDE795211411234538566CB0AFC4', '01/79521141123453/21/32a%2Fb'],
  ['SSCC+', 'F90095201234567891235', '00/095201234567891235'],
]

describe('each scheme', () => {
  it.each(EXAMPLES)('%s %s', (scheme, hex, path) => {
    expect(decodeTag(hexBytes(hex))).toMatchObject({ scheme, uri: `https://id.gs1.org/${path}` })
  })

  it('keeps the date of a DSGTIN+ tag beside its name', () => {
    const tag = decodeTag(hexBytes('FB342CDE795211411234538566CB0AFC4'))
    expect(tag.elements.get('17')).toBe('220630')
    expect(tag.label).toBe(`${tag.uri}?17=220630`)
  })
})

const digits = (min: number, max = min): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`)).filter((text) => text.length >= min)
const prefix = fc.integer({ min: 6, max: 12 }).chain((length) => digits(length))
const filter = fc.integer({ min: 0, max: 7 })
const uriOf = (path: string): string => `https://id.gs1.org/${path}`
const text82 = (max: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...`!"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz`), minLength: 1, maxLength: max })
    .filter((text) => text !== '.' && text !== '..')

describe('what is written comes back', () => {
  const reference = (p: string, sum: number): fc.Arbitrary<string> =>
    sum === p.length ? fc.constant('') : digits(sum - p.length)

  it('SGTIN-96 and SSCC-96', () => {
    fc.assert(
      fc.property(
        prefix.chain((p) => fc.tuple(fc.constant(p), reference(p, 13), reference(p, 17))),
        filter,
        fc.bigInt(0n, (1n << 38n) - 1n),
        ([p, item, unit], f, n) => {
          const gtin = closed(item[0] + p + item.slice(1))
          expect(decodeTag(partitioned(0x30, f, p, item, 44).put(n, 38).bytes())).toMatchObject({
            filter: f,
            uri: uriOf(`01/${gtin}/21/${n}`),
          })
          const sscc = closed(unit[0] + p + unit.slice(1))
          expect(decodeTag(partitioned(0x31, f, p, unit, 58).put(0, 24).bytes()).uri).toBe(uriOf(`00/${sscc}`))
        },
      ),
    )
  })

  it('SGLN-96, GRAI-96 and GIAI-96', () => {
    fc.assert(
      fc.property(
        prefix.chain((p) => fc.tuple(fc.constant(p), reference(p, 12))),
        fc.bigInt(1n, (1n << 38n) - 1n),
        ([p, ref], n) => {
          const gln = closed(p + ref)
          expect(decodeTag(partitioned(0x32, 1, p, ref, 41).put(n, 41).bytes()).uri).toBe(uriOf(`414/${gln}/254/${n}`))
          expect(decodeTag(partitioned(0x32, 1, p, ref, 41).put(0, 41).bytes()).uri).toBe(uriOf(`414/${gln}`))
          expect(decodeTag(partitioned(0x33, 1, p, ref, 44).put(n, 38).bytes()).uri).toBe(uriOf(`8003/0${gln}${n}`))
          expect(decodeTag(partitioned(0x34, 1, p, String(n), 82).bytes()).uri).toBe(uriOf(`8004/${p}${n}`))
        },
      ),
    )
  })

  it('SGTIN+ in every way to write a serial number', () => {
    const ways: [number, fc.Arbitrary<string>][] = [
      [0, digits(1, 20)],
      [1, fc.stringMatching(/^[0-9A-F]{1,20}$/)],
      [2, fc.stringMatching(/^[0-9a-f]{1,20}$/)],
      [3, fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)],
      [4, text82(20)],
      [5, fc.stringMatching(/^[A-Z\-.:0-9]{1,20}$/).filter((t) => t !== '.' && t !== '..')],
    ]
    for (const [method, serials] of ways) {
      fc.assert(
        fc.property(digits(13), serials, filter, (body, serial, f) => {
          const bytes = writeText(plus(0xf7, f).nibbles(closed(body)), method, serial).bytes()
          expect(decodeTag(bytes).uri).toBe(uriOf(`01/${closed(body)}/21/${percentEncode(serial)}`))
        }),
        { numRuns: 40 },
      )
    }
  })

  it('SSCC+, SGLN+, GRAI+ and GIAI+', () => {
    fc.assert(
      fc.property(
        digits(17),
        digits(12),
        text82(16),
        digits(4, 14),
        fc.stringMatching(/^[A-Z][A-Z0-9]{0,15}$/),
        (unit, gln, serial, n, rest) => {
          expect(decodeTag(plus(0xf9, 0).nibbles(closed(unit)).bytes()).uri).toBe(uriOf(`00/${closed(unit)}`))
          const place = plus(0xf2, 0).nibbles(closed(gln))
          expect(decodeTag(writeText(place, 4, `x${serial}`).bytes()).uri).toBe(
            uriOf(`414/${closed(gln)}/254/${percentEncode(`x${serial}`)}`),
          )
          const crate = plus(0xf1, 0).nibbles(`0${closed(gln)}`)
          expect(decodeTag(writeText(crate, 4, serial).bytes()).uri).toBe(
            uriOf(`8003/0${closed(gln)}${percentEncode(serial)}`),
          )
          const asset = (): TagWriter => plus(0xfa, 0).nibbles(n)
          expect(decodeTag(asset().put(0xf, 4).bytes()).uri).toBe(uriOf(`8004/${n}`))
          expect(decodeTag(writeText(asset().put(0xe, 4), 5, rest).bytes()).uri).toBe(uriOf(`8004/${n}${rest}`))
        },
      ),
    )
  })
})

describe('what is no tag of ours', () => {
  it('is refused, whatever it is, with one of our codes and in bounded time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          const { uri } = decodeTag(bytes)
          expect(uri).toMatch(/^https:\/\/id\.gs1\.org\/(00|01|414|8003|8004|8006|8017|8018|253)\//)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
          expect((error as ProtocolError).code).toMatch(/^GS1_/)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a maker’s number', 'E200001D7315016521408FC6'],
    ['nothing', ''],
    ['a blank tag', '000000000000000000000000'],
    ['a company prefix with too many digits', '307FFFFFFFFFFF4000000001'],
    ['partition 7', '307C44333C0C0E4000000001'],
    ['a cut tag', '30764433400C0E4000'],
    ['something after its end', '30764433400C0E40000000010001'],
    ['reserved bits', '31437550B448E4755A000001'],
    ['a digit above 9', 'F9039506000300A042000000'],
    ['a text in no known way', 'F7109506000012346E458B80'],
    ['something after the end of a + tag', 'F71095060000123460458B80000F'],
  ])('%s', (_, hex) => {
    expect(() => decodeTag(fromHex(hex.toLowerCase()))).toThrow(/^GS1_TAG/)
  })

  it('a wrong check digit of a + tag', () => {
    expect(() => decodeTag(hexBytes('F90095201234567891234'))).toThrow(/^GS1_CHECK_DIGIT/)
  })

  it('finds every single damaged bit in the key of a + tag, by its check digit or its form', () => {
    const whole = hexBytes('F90095201234567891235')
    for (let bit = 12; bit < 84; bit++) {
      const damaged = whole.slice()
      damaged[bit >> 3]! ^= 0x80 >> (bit & 7)
      expect(() => decodeTag(damaged), toHex(damaged)).toThrow(/^GS1_/)
    }
  })
})
