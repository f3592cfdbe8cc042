import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { signer, verify } from './_notes.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { character } from './_text.ts'
import { concat, fromUtf8, u64be } from './bytes.ts'
import {
  formatNote,
  formatSignatures,
  type Note,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  signNote,
  verifyNote,
} from './note.ts'
import { isKeyName } from './verifier-key.ts'

// Elliptic curves in JavaScript on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const ledger = signer('ledger.example', 1, 1)
const witness = signer('witness.example', 4, 2)
const stranger = signer('stranger.example', 1, 3)
const text = 'ledger.example\n7\nAAAA\n'

describe('reading and writing', () => {
  const printable = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/\p{Cc}/gu, ''))
  const anyNote: fc.Arbitrary<Note> = fc.record({
    text: fc.array(printable).map((lines) => `${lines.join('\n')}\n`),
    signatures: fc.array(
      fc.record({
        name: fc.string({ unit: 'grapheme', minLength: 1 }).filter(isKeyName),
        keyId: fc.nat(2 ** 32 - 1),
        signature: fc.uint8Array({ minLength: 1, maxLength: 90 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })

  test('a note reads back, blank lines in its text too', () => {
    fc.assert(
      fc.property(anyNote, (note) => {
        expect(parseNote(formatNote(note))).toEqual(note)
        expect(parseSignatures(formatSignatures(note.signatures))).toEqual(note.signatures)
      }),
    )
  })

  test('any text is refused, or is written as it was read', () => {
    const written = signNote(text, [ledger, witness], 1)
    const soup = fc.string({
      unit: fc.constantFrom('\n', '\n\n', '— ', ' ', 'a', '+', 'AAAAAAA=', 'AA==', 'é', '\ud800', '\u0001'),
    })
    const mutated = fc.tuple(fc.nat(written.length - 1), fc.string({ unit: character, maxLength: 2 }), fc.nat(2))
    const check = (note: string) => {
      const refused = refusal(() => expect(formatNote(parseNote(note))).toBe(note))
      expect([undefined, 'NOTE_MALFORMED']).toContain(refused)
    }
    fc.assert(fc.property(soup, check), { numRuns: 2_000 })
    fc.assert(
      fc.property(mutated, ([at, insert, drop]) => check(written.slice(0, at) + insert + written.slice(at + drop))),
    )
  })

  test.each([
    ['no blank line', 'a\n— n AAAAAAA=\n'],
    ['no signature', 'a\n\n'],
    ['nothing', ''],
    ['no newline at the end', 'a\n\n— n AAAAAAA='],
    ['a hyphen for the dash', 'a\n\n- n AAAAAAA=\n'],
    ['two spaces', 'a\n\n—  n AAAAAAA=\n'],
    ['a space at the end', 'a\n\n— n AAAAAAA= \n'],
    ['no name', 'a\n\n—  AAAAAAA=\n'],
    ['a plus in the name', 'a\n\n— n+m AAAAAAA=\n'],
    ['a no-break space in the name', 'a\n\n— n\u00a0m AAAAAAA=\n'],
    ['only a key id', 'a\n\n— n AAAAAA==\n'],
    ['pad bits', 'a\n\n— n AAAAAAB=\n'],
    ['no padding', 'a\n\n— n AAAAAAA\n'],
    ['the URL alphabet', 'a\n\n— n AAAAAA-=\n'],
    ['a carriage return', 'a\r\n\r\n— n AAAAAAA=\r\n'],
    ['a tab in the text', 'a\tb\n\n— n AAAAAAA=\n'],
    ['a line after the signatures', 'a\n\n— n AAAAAAA=\nmore\n'],
    ['a lone surrogate', '\ud800\n\n— n AAAAAAA=\n'],
    ['101 signatures', `a\n\n${'— n AAAAAAA=\n'.repeat(101)}`],
    ['more than 64 kB', `${'a'.repeat(65_536)}\n\n— n AAAAAAA=\n`],
  ])('%s is refused', (_, note) => expect(refusal(() => parseNote(note))).toBe('NOTE_MALFORMED'))

  test('100 signatures are read', () => {
    expect(parseNote(`a\n\n${'— n AAAAAAA=\n'.repeat(100)}`).signatures).toHaveLength(100)
  })

  test.each([
    ['a text without newline', { text: 'a', signatures: [{ name: 'n', keyId: 0, signature: Uint8Array.of(1) }] }],
    ['no signature', { text: 'a\n', signatures: [] }],
    [
      'a name with a newline',
      { text: 'a\n', signatures: [{ name: 'n AAAAAAA=\n— m', keyId: 0, signature: Uint8Array.of(1) }] },
    ],
    ['an empty signature', { text: 'a\n', signatures: [{ name: 'n', keyId: 0, signature: new Uint8Array(0) }] }],
  ])('%s cannot be written', (_, note) => expect(refusal(() => formatNote(note))).toBe('NOTE_MALFORMED'))
})

describe('verifying', () => {
  const keys = [ledger.key, witness.key]
  const note = parseNote(signNote(text, [stranger, ledger, witness], 1_700_000_000))

  test('tells the known keys, in the order of the lines, with the time of a cosignature', async () => {
    expect(await verifyNote(note, keys, verify)).toEqual([
      { key: ledger.key },
      { key: witness.key, timeS: 1_700_000_000 },
    ])
    expect(await verifyNote(note, [witness.key], verify)).toEqual([{ key: witness.key, timeS: 1_700_000_000 }])
  })

  test('refuses the note when one known signature is bad, wherever its bit is turned', async () => {
    for (const at of [1, 2]) {
      const line = note.signatures[at]!
      for (let bit = 0; bit < line.signature.length * 8; bit += 13) {
        const signatures = note.signatures.with(at, { ...line, signature: flip(line.signature, bit) })
        expect(await refusalOf(verifyNote({ text, signatures }, keys, verify))).toBe('NOTE_SIGNATURE')
      }
    }
  })

  test('refuses another text', async () => {
    expect(await refusalOf(verifyNote({ ...note, text: text.replace('7', '8') }, keys, verify))).toBe('NOTE_SIGNATURE')
  })

  test('refuses a note without a known signature: by strangers, or by the same key under another name or id', async () => {
    expect(await refusalOf(verifyNote(note, [], verify))).toBe('NOTE_UNSIGNED')
    expect(await refusalOf(verifyNote(parseNote(signNote(text, [stranger])), keys, verify))).toBe('NOTE_UNSIGNED')
    const renamed = signNote(text, [{ ...ledger, name: 'other.example' }])
    expect(await refusalOf(verifyNote(parseNote(renamed), keys, verify))).toBe('NOTE_UNSIGNED')
    const signatures = note.signatures.map((line) => ({ ...line, keyId: line.keyId ^ 1 }))
    expect(await refusalOf(verifyNote({ text, signatures }, keys, verify))).toBe('NOTE_UNSIGNED')
  })

  test('a signature of one type is not one of the other, though the key is the same', async () => {
    const both = [signer('same.example', 1, 9), signer('same.example', 4, 9)] as const
    expect(both[0].key.keyId).not.toBe(both[1].key.keyId)
    const plain = parseNote(signNote(text, [both[0]])).signatures[0]!
    const asCosignature = { ...plain, keyId: both[1].key.keyId, signature: concat(u64be(1), plain.signature) }
    expect(await refusalOf(verifyNote({ text, signatures: [asCosignature] }, [both[1].key], verify))).toBe(
      'NOTE_SIGNATURE',
    )
  })

  test('a cosignature too short, or of a time beyond 2^53, is bad, not a crash', async () => {
    const line = note.signatures[2]!
    for (const signature of [
      line.signature.slice(0, 8),
      line.signature.slice(0, 3),
      concat(new Uint8Array(8).fill(255), line.signature.slice(8)),
    ])
      expect(await refusalOf(verifyNote({ text, signatures: [{ ...line, signature }] }, keys, verify))).toBe(
        'NOTE_SIGNATURE',
      )
  })

  test('signing a cosignature needs a time', () => {
    expect(refusal(() => signNote(text, [witness]))).toBe('BYTES_RANGE')
    expect(refusal(() => signNote(text, [witness], -1))).toBe('BYTES_RANGE')
    expect(refusal(() => signNote(text, [witness], 1.5))).toBe('BYTES_RANGE')
  })
})

const log = vectors('log')

describe.skipIf(log === undefined)('notes of golang/mod and C2SP', () => {
  type Case = { name: string; vkeys: string[]; note: string; verified?: string[] }
  type Notes = {
    good: Case[]
    unverifiable: Case[]
    badSignature: Case[]
    ambiguous: Case[]
    malformedBase64: { name: string; note: string }[]
  }
  const notes = log === undefined ? undefined : (JSON.parse(readFileSync(`${log}/signed-notes.json`, 'utf8')) as Notes)
  const open = async (c: Case) => verifyNote(parseNote(c.note), c.vkeys.map(parseVerifierKey), verify)

  test.each(notes?.good ?? [])('good: $name', async (c) => {
    expect((await open(c)).map(({ key }) => key.name)).toEqual(c.verified)
    expect(formatNote(parseNote(c.note))).toBe(c.note)
  })

  test.each([
    ...(notes?.unverifiable ?? []).map((c) => ({ ...c, code: 'NOTE_UNSIGNED' })),
    ...(notes?.badSignature ?? []).map((c) => ({ ...c, code: 'NOTE_SIGNATURE' })),
    ...(notes?.ambiguous ?? []).map((c) => ({ ...c, code: 'NOTE_KEY' })),
  ])('$code: $name', async (c) => expect(await refusalOf(open(c))).toBe(c.code))

  test.each(notes?.malformedBase64 ?? [])('malformed: $name', ({ note }) => {
    const bytes = new Uint8Array(Buffer.from(note, 'base64'))
    expect(refusal(() => parseNote(fromUtf8(bytes)))).toMatch(/NOTE_MALFORMED|BYTES_UTF8/)
  })
})
