import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from './bytes.ts'
import { EVIDENCE_BYTES, evidenceId, evidenceNamedBy, isEvidence } from './evidence.ts'
import { evidenceIdOf, evidenceUri } from './evidence-uri.ts'

// RFC 6920 §8.1: the URI of "Hello World!".
const HELLO = 'ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk'

describe('evidence by digest', () => {
  it('is named as RFC 6920 names it', () => {
    expect(evidenceUri(evidenceId(utf8('Hello World!')))).toBe(HELLO)
    expect(isEvidence(evidenceIdOf(HELLO)!, utf8('Hello World!'))).toBe(true)
    expect(isEvidence(evidenceIdOf(HELLO)!, utf8('Hello World?'))).toBe(false)
  })

  it.each([
    ['another hash', HELLO.replace('256', '512')],
    ['an authority', HELLO.replace('///', '//example.org/')],
    ['parameters', `${HELLO}?ct=text/plain`],
    ['hexadecimal', `ni:///sha-256;${'7f'.repeat(32)}`],
    ['a last character with spare bits', HELLO.replace(/.$/, 'l')],
    ['a short digest', HELLO.slice(0, -1)],
    ['upper case', HELLO.toUpperCase()],
  ])('takes no other spelling: %s', (_, uri) => {
    expect(evidenceIdOf(uri)).toBeUndefined()
  })

  it('is never empty, and never larger than it may be', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(EVIDENCE_BYTES + 1)])
      expect(isEvidence(evidenceId(bytes), bytes)).toBe(false)
    const most = new Uint8Array(EVIDENCE_BYTES)
    expect(isEvidence(evidenceId(most), most)).toBe(true)
  })

  it('is found wherever an event names it, once', () => {
    const other = evidenceUri(evidenceId(utf8('other')))
    const event = { a: [{ rawData: HELLO }, { model: other }], 'tristamp:geo': { route: HELLO } }
    expect(evidenceNamedBy(utf8(JSON.stringify(event)))).toEqual([evidenceIdOf(HELLO), evidenceIdOf(other)])
  })

  it('is not found inside other texts, names, or what is no JSON', () => {
    const event = { note: `see ${HELLO}`, quoted: `"${HELLO}"`, [HELLO]: 1 }
    expect(evidenceNamedBy(utf8(JSON.stringify(event)))).toEqual([])
    expect(evidenceNamedBy(utf8(`["${HELLO}"`))).toEqual([])
    expect(evidenceNamedBy(Uint8Array.of(0xff, 0xfe, ...utf8(HELLO)))).toEqual([])
  })

  it('is found in any event by its own texts alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 4 }), (value, pieces) => {
        const names = pieces.map((bytes) => evidenceUri(evidenceId(bytes)))
        const found = evidenceNamedBy(utf8(JSON.stringify({ value, names })))
        expect(found).toEqual([...new Set(names.map((name) => evidenceIdOf(name)))])
      }),
    )
  })
})
