import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SAMPLE } from './_events.ts'
import { ProtocolError } from './error.ts'
import { commitmentOf, SECRET_RANDOM_BYTES, secretFrom } from './sealed-code.ts'
import { parseSealedManifest, sealedManifest } from './sealed-manifest.ts'

const entry = fc
  .tuple(
    fc.stringMatching(/^[A-Z0-9]{1,20}$/),
    fc.uint8Array({ minLength: SECRET_RANDOM_BYTES, maxLength: SECRET_RANDOM_BYTES }),
  )
  .map(([serial, random]): [string, string] => {
    const item = `https://id.gs1.org/01/${SAMPLE.gtin}/21/${serial}`
    return [item, commitmentOf(item, secretFrom(random))]
  })
const [one, other] = [1, 2].map((byte) => commitmentOf(SAMPLE.item, secretFrom(new Uint8Array(10).fill(byte))))

it('comes back as it was written, whatever the ends of its lines', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([item]) => item, maxLength: 20 }), (entries) => {
      const text = [...sealedManifest(entries)].join('')
      expect([...parseSealedManifest(text)]).toEqual(entries)
      expect([...parseSealedManifest(text.replaceAll('\n', '\r\n'))]).toEqual(entries)
    }),
  )
})

it.each([
  ['', 1],
  ['tristamp-sealed/2\n', 1],
  [`tristamp-sealed/1\n${SAMPLE.item}\n`, 2],
  [`tristamp-sealed/1\n${SAMPLE.item} KRVQKEBZ99Y1BWWT\n`, 2],
  [`tristamp-sealed/1\n\n${SAMPLE.lot} ${one}\n`, 3],
  [`tristamp-sealed/1\n${SAMPLE.item}  ${one}\n`, 2],
  [`tristamp-sealed/1\n${SAMPLE.item} ${one} x\n`, 2],
  [`tristamp-sealed/1\n${SAMPLE.item} ${one}\n${SAMPLE.item} ${other}\n`, 3],
])('is not %j', (text, line) => {
  expect(() => parseSealedManifest(text)).toThrow(ProtocolError)
  expect(() => parseSealedManifest(text)).toThrow(`line ${line}:`)
  // Nothing of the file is repeated: it may be the wrong one, with secrets in it.
  expect(() => parseSealedManifest(text)).not.toThrow(/KRVQ/)
})
