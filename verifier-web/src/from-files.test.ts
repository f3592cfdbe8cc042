import { buildBundle, decodeBundle, encodeBundle, formatPolicy } from '@tristamp/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { SAMPLE, sampleObjectEvent } from '../../protocol/src/_events.ts'
import { enrolment, FARM, gatewayKey, recallOf } from '../../protocol/src/_governance.ts'
import { MemoryLedger } from '../../protocol/src/_memory-ledger.ts'
import type { Json } from '../../protocol/src/canonical-json.ts'
import { type FileLike, findingOfFiles } from './from-files.ts'
import { Memory } from './remembered.ts'

const fileOf = (content: Uint8Array | string): FileLike => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { size: bytes.length, arrayBuffer: async () => bytes.slice().buffer }
}
const NOTHING = new Memory(undefined)

describe('findingOfFiles', () => {
  let ledger: MemoryLedger
  let bundle: Uint8Array
  let policy: string

  beforeEach(async () => {
    ledger = new MemoryLedger()
    const gateway = gatewayKey('gw1')
    ledger.govern(FARM)
    ledger.govern(enrolment(gateway, 'gw1', ['commission']))
    const { statement, events } = gateway.statement('batch', [sampleObjectEvent() as unknown as Json])
    expect(ledger.submit(statement, events).ok).toBe(true)
    ledger.seal()
    bundle = await buildBundle(SAMPLE.item, ledger.source())
    policy = formatPolicy(ledger.policy)
  })

  const said = async (...files: FileLike[]): Promise<string> => {
    const finding = await findingOfFiles(files, NOTHING)
    return 'code' in finding ? finding.code : `${finding.state} ${finding.subject}`
  }

  it('takes a bundle and its policy in any order, and says whose they are', async () => {
    for (const files of [
      [fileOf(bundle), fileOf(policy)],
      [fileOf(policy), fileOf(bundle)],
    ])
      expect(await said(...files)).toBe(`consistent ${SAMPLE.item}`)
  })

  it.each<[string, string | RegExp, (all: { bundle: Uint8Array; policy: string }) => FileLike[]]>([
    ['no file', 'FILE_MISSING', () => []],
    ['a policy alone', 'FILE_MISSING', (all) => [fileOf(all.policy)]],
    ['a bundle alone, on a device that knows no ledger', 'FILE_TRUST', (all) => [fileOf(all.bundle)]],
    ['a picture', /^(?:BUNDLE|CBOR)_/, (all) => [fileOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)), fileOf(all.policy)]],
    ['an empty file', /^(?:BUNDLE|CBOR)_/, (all) => [fileOf(''), fileOf(all.policy)]],
    ['half of it', /^(?:BUNDLE|CBOR)_/, (all) => [fileOf(all.bundle.subarray(0, 500)), fileOf(all.policy)]],
    [
      'a film',
      'FILE_SIZE',
      (all) => [{ size: 5 * 1024 * 1024, arrayBuffer: () => Promise.reject(new Error('read')) }, fileOf(all.policy)],
    ],
    [
      'a folder, or a file that is gone',
      'FILE_UNREADABLE',
      (all) => [
        { size: 4096, arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) },
        fileOf(all.policy),
      ],
    ],
    ['two bundles', 'FILE_MANY', (all) => [fileOf(all.bundle), fileOf(all.bundle), fileOf(all.policy)]],
    [
      'a bundle, and rules that are none',
      'FILE_MANY',
      (all) => [fileOf(all.bundle), fileOf(`${all.policy}log none\n`)],
    ],
    [
      'two sets of rules that differ',
      'FILE_MANY',
      (all) => [
        fileOf(all.policy),
        fileOf(formatPolicy(new MemoryLedger('ledger.example/other').policy)),
        fileOf(all.bundle),
      ],
    ],
    [
      'another ledger’s policy',
      `mismatch ${SAMPLE.item}`,
      (all) => [fileOf(all.bundle), fileOf(formatPolicy(new MemoryLedger('ledger.example/other').policy))],
    ],
  ])('says of %s: %s', async (_, expected, files) => {
    expect(await said(...files({ bundle, policy }))).toMatch(expected)
  })

  it('never calls a bundle good of which a byte was changed', async () => {
    for (let at = 0; at < bundle.length; at += 37) {
      const copy = bundle.slice()
      copy[at]! ^= 1 << (at % 8)
      expect(await said(fileOf(copy), fileOf(policy)), `byte ${at}`).not.toMatch(/^consistent/)
    }
  })

  it('knows a ledger that shows others another state than this device, where the file has it', async () => {
    const known = new Map<string, string>()
    const memory = new Memory({
      getItem: (key) => known.get(key) ?? null,
      setItem: (key, value) => void known.set(key, value),
      removeItem: (key) => void known.delete(key),
    })
    memory.pinPolicy({ text: policy, firstSeenMs: 1 })
    const size = ledger.entries.length
    const stateOf = async (): Promise<string> => {
      const finding = await findingOfFiles([fileOf(bundle)], memory)
      return 'code' in finding ? finding.code : finding.state
    }
    memory.rememberCheckpoint(ledger.origin, { size: size - 1, root: new Uint8Array(32) })
    expect(await stateOf()).toBe('consistent')
    memory.rememberCheckpoint(ledger.origin, { size, root: new Uint8Array(32) })
    expect(await stateOf()).toBe('mismatch')
    memory.rememberCheckpoint(ledger.origin, { size: size + 1, root: new Uint8Array(32) })
    expect(await stateOf()).toBe('consistent')
    // A note that is none is a check that failed, with or without something to hold it against.
    bundle = encodeBundle({ ...decodeBundle(bundle), checkpoint: 'no note' })
    expect(await stateOf()).toBe('mismatch')
  })

  it('names the goods that its first history is of: put in front, another’s history speaks for the other alone', async () => {
    const turned = decodeBundle(bundle)
    turned.histories.unshift(turned.histories.pop()!)
    const other = turned.histories[0]!.subject
    expect(other).not.toBe(SAMPLE.item)
    expect(await said(fileOf(encodeBundle(turned)), fileOf(policy))).not.toContain(SAMPLE.item)
  })

  it('is as of its own state: a recall since is not in it', async () => {
    ledger.govern(recallOf([SAMPLE.lot]))
    ledger.seal()
    expect(await said(fileOf(await buildBundle(SAMPLE.item, ledger.source())), fileOf(policy))).toMatch(/^recalled/)
    const old = await findingOfFiles([fileOf(bundle), fileOf(policy)], NOTHING)
    expect(old).toMatchObject({ state: 'consistent', file: 'chosen' })
    expect('verdict' in old && old.verdict?.sealedAtMs).toBeLessThan(ledger.timeMs)
  })
})
