import { readFileSync } from 'node:fs'
import { canonicalJson, checkEpcis, encodeEvent, type Json, parseEvent, sha256, toHex } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { lettuceChain, SCOPE, step, stream, textOf } from './_chain.ts'
import { epcisLines } from './epcis-document.ts'
import type { StoredEvent } from './exported-event.ts'

interface Document {
  '@context': unknown
  type: string
  schemaVersion: string
  creationDate: string
  epcisBody: { eventList: Json[] }
  'tristamp:export': object
}

const documentOf = async (events: readonly StoredEvent[]): Promise<Document> =>
  JSON.parse(await textOf(epcisLines(SCOPE, stream(events)))) as Document

const hashOf = (event: Json): string => toHex(sha256(new TextEncoder().encode(canonicalJson(event))))

describe('an EPCIS document', () => {
  test('is one, and every event in it is valid', async () => {
    const document = await documentOf(lettuceChain())
    expect(document).toMatchObject({
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-11-22T09:00:00.000Z',
      'tristamp:export': { treeSize: 90 },
    })
    expect(document['@context']).toEqual([
      expect.stringMatching(/^https:\/\/ref\.gs1\.org\/standards\/epcis\//),
      { tristamp: 'urn:tristamp:terms:', cbvmda: 'urn:epcglobal:cbv:mda:' },
    ])
    expect(document.epcisBody.eventList).toHaveLength(7)
    for (const event of document.epcisBody.eventList) {
      expect(() => checkEpcis(event)).not.toThrow()
      // Every name that EPCIS does not have is a term of a prefix in the context.
      for (const name of Object.keys(event as object))
        if (name.includes(':')) expect(name).toMatch(/^(?:tristamp|cbvmda):/)
    }
    // No name that a document does not have, but those with a prefix.
    const known = [
      '@context',
      'id',
      'type',
      'schemaVersion',
      'creationDate',
      'epcisHeader',
      'epcisBody',
      'tristamp:export',
    ]
    expect(Object.keys(document).filter((name) => !known.includes(name))).toEqual([])
  })

  test('gives back of each event the very bytes that were signed', async () => {
    const odd = step({
      type: 'ObjectEvent',
      action: 'ADD',
      epcList: ['https://id.gs1.org/01/09506000134352/21/A1'],
      ilmd: { 'cbvmda:lotNumber': 'L"7' },
    })
    const events = [...lettuceChain(), odd]
    const { epcisBody } = await documentOf(events)
    epcisBody.eventList.forEach((event, i) => {
      expect(hashOf(event)).toBe(toHex(sha256(events[i]!.bytes)))
      expect(encodeEvent(parseEvent(events[i]!.bytes))).toEqual(new TextEncoder().encode(canonicalJson(event)))
    })
  })

  test('of nothing is still one', async () => {
    expect((await documentOf([])).epcisBody.eventList).toEqual([])
  })
})

const folder = vectors('epcis')

describe.skipIf(folder === undefined)("others' documents", () => {
  test('hold what ours holds: the same names in front, and a context in the same form', async () => {
    const file = `${folder}/documents/Capture/Documents/AggregationEvent.json`
    const theirs = JSON.parse(readFileSync(file, 'utf8')) as Document
    const ours = await documentOf(lettuceChain())
    for (const name of Object.keys(theirs).filter((one) => one !== 'id')) expect(Object.keys(ours)).toContain(name)
    expect(Array.isArray(theirs.epcisBody.eventList)).toBe(true)
  })
})
