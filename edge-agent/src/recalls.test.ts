import * as crypto from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeNotice, publicKeyOf, type Recall, signOnNode } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDrill } from './order-text.ts'
import { Recalls } from './recalls.ts'

const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const seed = new Uint8Array(32).fill(3)
const key = publicKeyOf(seed)
const words = { zh: '话', en: 'words' }
const recall: Recall = {
  ...{ op: 'recall', id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'farm', subjects: [LOT], class: 1 },
  ...{ reason: words, hazard: words, consumer: words, holder: words },
}
const CASE = 'https://id.gs1.org/00/095060001343520017'
const PACK = 'https://id.gs1.org/01/09506000134352/21/A1'
/** The same recall, told again in a tree of this size. */
const known = (treeSize: number, ...also: string[]): Uint8Array =>
  encodeNotice({ recall, entry: 7, treeSize, also }, key, signOnNode(crypto, seed))
const told = (entry: number, fields: Partial<Recall> = {}, lifted?: string): Uint8Array =>
  encodeNotice(
    {
      recall: { ...recall, ...fields },
      entry,
      treeSize: entry + 2,
      ...(lifted !== undefined && { lifted: { reason: lifted } }),
    },
    key,
    signOnNode(crypto, seed),
  )

describe('recalls at a gateway', () => {
  let folder: string
  const opened = (): Recalls => {
    const recalls = new Recalls(join(folder, 'recalls'), key)
    recalls.load()
    return recalls
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tristamp-recalls-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('stand until they are lifted, and are known after a restart', () => {
    const recalls = opened()
    expect(recalls.about([LOT])).toEqual([])
    expect(recalls.take(told(7))).toMatchObject({ entry: 7 })
    expect(recalls.about(['https://id.gs1.org/01/09506000134352', LOT])).toMatchObject([{ recall: { id: recall.id } }])
    expect(recalls.about(['https://id.gs1.org/01/09506000134352'])).toEqual([])
    expect(opened().about([LOT])).toHaveLength(1)
    recalls.take(told(9, {}, 'all is back'))
    expect(recalls.about([LOT])).toEqual([])
    expect(opened().about([LOT])).toEqual([])
  })

  it('are not brought back by an old notice, nor by one of somebody else', () => {
    const recalls = opened()
    recalls.take(told(9, {}, 'all is back'))
    expect(recalls.take(told(7))).toBeUndefined()
    expect(opened().take(told(7))).toBeUndefined()
    const forged = told(12)
    forged[forged.length - 1]! ^= 1
    expect(() => recalls.take(forged)).toThrow(expect.objectContaining({ code: 'NOTICE_REFUSED' }))
    expect(recalls.standing).toEqual([])
  })

  it('are about what the ledger knows of their goods, by its last word, also after a restart', () => {
    const recalls = opened()
    recalls.take(told(7))
    expect(recalls.about([CASE])).toEqual([])
    expect(recalls.take(known(9, CASE))).toMatchObject({ isAgain: true })
    expect(recalls.about([CASE])).toMatchObject([{ recall: { id: recall.id } }])
    expect(recalls.take(known(12, PACK))).toMatchObject({ entry: 7, treeSize: 12 })
    for (const again of [recalls, opened()]) {
      // An old one, the same, and one that does not say.
      for (const old of [known(9, CASE), known(12, CASE), told(7)]) expect(again.take(old)).toBeUndefined()
      expect(again.about([CASE])).toEqual([])
      expect(again.about([PACK])).toHaveLength(1)
      expect(again.about([LOT])).toHaveLength(1)
    }
    expect(recalls.take(known(13))).toMatchObject({ also: [] })
    expect(recalls.about([PACK])).toEqual([])
    recalls.take(known(14, CASE))
    recalls.take(told(20, {}, 'all is back'))
    expect(recalls.take(known(30, CASE))).toBeUndefined()
    expect(recalls.about([CASE, LOT])).toEqual([])
  })

  it('are told in earnest before drills', () => {
    const recalls = opened()
    recalls.take(told(7, { drill: true }))
    recalls.take(told(8, { id: recall.id.replace('5f', '60') }))
    expect(recalls.about([LOT]).map((one) => isDrill(one.recall))).toEqual([false, true])
  })

  it('that the disk has damaged or that were put there are left out', () => {
    opened().take(told(7))
    const [file] = readdirSync(join(folder, 'recalls'))
    writeFileSync(join(folder, 'recalls', 'recall-other.cose'), told(7))
    expect(opened().standing).toHaveLength(1)
    writeFileSync(join(folder, 'recalls', file!), 'rubbish')
    expect(opened().standing).toEqual([])
  })

  it('that cannot be read any more are told of, each by its file', () => {
    opened().take(told(7))
    const [file] = readdirSync(join(folder, 'recalls'))
    const again = new Recalls(join(folder, 'recalls'), key)
    expect(again.load()).toEqual([])
    writeFileSync(join(folder, 'recalls', file!), 'rubbish')
    writeFileSync(join(folder, 'recalls', 'long.cose'), new Uint8Array(1_000_000))
    const errors = new Recalls(join(folder, 'recalls'), key).load()
    expect(errors.map(({ code }) => code)).toEqual(['NOTICE_DAMAGED', 'NOTICE_DAMAGED'])
    expect(errors.map(({ message }) => message).join()).toContain(file)
    expect(new Recalls(join(folder, 'none'), key).load()).toEqual([])
  })

  it('are in force even where they cannot be kept', () => {
    writeFileSync(join(folder, 'recalls'), 'a file where the folder should be')
    const recalls = opened()
    expect(() => recalls.take(told(7))).toThrow(expect.objectContaining({ code: 'DATA_DENIED' }))
    expect(recalls.about([LOT])).toHaveLength(1)
  })
})
