import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { verify } from './_notes.ts'
import { refusal, refusalOf } from './_refusal.ts'
import { fromUtf8, toHex } from './bytes.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { cosignatureMessage, encodeCosignature } from './cosignature.ts'
import { parseNote, parseVerifierKey, verifyNote } from './note.ts'

test('the message is a header, the time in decimal, and the whole text', () => {
  expect(fromUtf8(cosignatureMessage(0, 'o\n1\nAA==\n'))).toBe('cosignature/v1\ntime 0\no\n1\nAA==\n')
  expect(fromUtf8(cosignatureMessage(2 ** 53 - 1, ''))).toBe('cosignature/v1\ntime 9007199254740991\n')
})

test('the time is a whole number of seconds below 2^53', () => {
  for (const time of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(refusal(() => cosignatureMessage(time, ''))).toBe('BYTES_RANGE')
    expect(refusal(() => encodeCosignature(time, new Uint8Array(64)))).toBe('BYTES_RANGE')
  }
  expect(toHex(encodeCosignature(258, Uint8Array.of(9)))).toBe('000000000000010209')
})

const log = vectors('log')

describe.skipIf(log === undefined)('cosignatures of sunlight', () => {
  type Case = {
    name: string
    vkey: string
    checkpoint: string
    timestamp: number
    keyId: string
    signedMessage: string
  }
  const cases =
    log === undefined ? [] : (JSON.parse(readFileSync(`${log}/cosignatures.json`, 'utf8')) as { cases: Case[] }).cases

  test('are three', () => expect(cases.length).toBe(3))

  test.each(cases)('$name', async (c) => {
    const note = parseNote(c.checkpoint)
    const key = parseVerifierKey(c.vkey)
    expect(key.keyId.toString(16)).toBe(c.keyId)
    expect(fromUtf8(cosignatureMessage(c.timestamp, note.text))).toBe(c.signedMessage)
    expect(await verifyNote(note, [key], verify)).toEqual([{ key, timeS: c.timestamp }])
    expect(parseCheckpoint(note.text).size).toBe(300)
    const other = { ...note, text: note.text.replace('300', '301') }
    expect(await refusalOf(verifyNote(other, [key], verify))).toBe('NOTE_SIGNATURE')
  })
})
