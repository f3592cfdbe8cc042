import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitmentOf, sealedManifest, secretFrom } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AgentError, sentence } from './error.ts'
import { SealedCodes } from './sealed-codes.ts'

const ITEM = 'https://id.gs1.org/01/09506000134352/21/A001'
const OTHER = 'https://id.gs1.org/01/09506000134352/21/A002'
const commitment = (item: string, byte: number): string => commitmentOf(item, secretFrom(new Uint8Array(10).fill(byte)))

let folder: string
let file: string
let nowMs: number
let problems: AgentError[]
const codes = (): SealedCodes =>
  new SealedCodes(
    file,
    (error) => problems.push(error),
    () => nowMs,
  )
const give = (...entries: [string, string][]): void => writeFileSync(file, [...sealedManifest(entries)].join(''))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'))
  file = join(folder, 'sealed-manifest.txt')
  nowMs = 0
  problems = []
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('sealed codes of a gateway', () => {
  it('are those of the manifest, and of its next edition', () => {
    give([ITEM, commitment(ITEM, 1)])
    const sealed = codes()
    sealed.load()
    expect(sealed.find(ITEM)).toBe(commitment(ITEM, 1))
    expect(sealed.find(OTHER)).toBeUndefined()
    give([ITEM, commitment(ITEM, 1)], [OTHER, commitment(OTHER, 2)])
    expect(sealed.find(OTHER)).toBeUndefined()
    nowMs += 2000
    expect(sealed.find(OTHER)).toBe(commitment(OTHER, 2))
    expect(problems).toEqual([])
  })

  it('stay what they were while the file is wrong or gone, which is told once', () => {
    give([ITEM, commitment(ITEM, 1)])
    const sealed = codes()
    sealed.load()
    writeFileSync(file, 'tristamp-sealed/1\nhalf a li')
    for (let i = 0; i < 3; i++) {
      nowMs += 2000
      expect(sealed.find(ITEM)).toBe(commitment(ITEM, 1))
    }
    expect(problems.map(({ code }) => code)).toEqual(['SEALED_FILE'])
    rmSync(file)
    for (let i = 0; i < 3; i++) {
      nowMs += 2000
      expect(sealed.find(ITEM)).toBe(commitment(ITEM, 1))
    }
    expect(problems.map(({ code }) => code)).toEqual(['SEALED_FILE', 'SEALED_FILE'])
    give([ITEM, commitment(ITEM, 3)])
    nowMs += 2000
    expect(sealed.find(ITEM)).toBe(commitment(ITEM, 3))
    expect(problems).toHaveLength(2)
  })

  it.each([
    ['nothing', undefined],
    ['an empty file', ''],
    ['a sheet of secrets', '<!doctype html><svg>KRVQ-KEBZ-99Y1-BWWT</svg>'],
    ['a secret in place of a commitment', `tristamp-sealed/1\n${ITEM} KRVQKEBZ99Y1BWWT\n`],
    ['what is not UTF-8', new Uint8Array([0xff, 0xfe])],
  ])('do not begin with %s', (_, content) => {
    if (content !== undefined) writeFileSync(file, content)
    const thrown = ((): AgentError | undefined => {
      try {
        codes().load()
        return undefined
      } catch (error) {
        return error as AgentError
      }
    })()
    expect(thrown).toMatchObject({ code: 'SEALED_FILE' })
    for (const language of ['zh', 'en'] as const) {
      const told = sentence('SEALED_FILE', thrown!.fields, language)
      expect(told).toContain('sealed-manifest.txt')
      // A secret that came into the wrong file is not told further.
      expect(told).not.toMatch(/KRVQ/)
    }
  })
})
