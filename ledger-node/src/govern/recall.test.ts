import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bestVerify, parsePolicy, type Verdict, verify } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TestLedger, until } from '../_harness.ts'
import { keyPath } from '../keys.ts'
import { main } from '../main.ts'
import { main as tristamp } from '../tristamp.ts'

const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
/** A file that stands for the two pages of a trace's answer, and base64url of its SHA-256. */
const PAGES = '{"treeSize":7,"cursor":"next"}\n{"treeSize":7}'
const DIGEST = createHash('sha256').update(PAGES).digest('base64url')
const FARM = {
  op: 'enrol-organisation',
  org: 'org',
  party: 'https://id.gs1.org/417/9506000134307',
  name: { zh: '农场', en: 'Farm' },
}
const WORDS = ['reason', 'hazard', 'consumer', 'holder'].flatMap((name) => [
  ...[`--${name}-zh`, `${name} 的话`],
  ...[`--${name}-en`, `words of ${name}`],
])

let ledger: TestLedger
let out: string
let err: string

beforeEach(async () => {
  // One governs alone, and yet nobody recalls alone.
  ledger = await TestLedger.start({}, {}, { administrators: ['ann', 'bob'], threshold: 1 })
  ;[out, err] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
  await writeFile(join(ledger.folder, 'farm.json'), JSON.stringify(FARM))
  expect(await by('ann', 'propose', '--file', join(ledger.folder, 'farm.json')), err).toBe(0)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await ledger.remove()
})

async function by(name: string, ...args: string[]): Promise<number> {
  ;[out, err] = ['', '']
  return main([...args, '--node', ledger.url, '--admin-key', keyPath(ledger.folder, `admin-${name}`)])
}

async function show(...args: string[]): Promise<string> {
  ;[out, err] = ['', '']
  expect(await main(['show', ...args, '--node', ledger.url]), err).toBe(0)
  return out
}

async function verdict(subject: string): Promise<Verdict> {
  await until(async () => {
    const health = (await (await ledger.get('/healthz')).json()) as { entries: number; sealed?: { size: number } }
    return health.entries === health.sealed?.size
  })
  const bundle = await ledger.get(`/v1/history?subject=${encodeURIComponent(subject)}`)
  const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
  return verify(new Uint8Array(await bundle.arrayBuffer()), subject, { policy }, await bestVerify())
}

const recall = (...more: string[]): string[] => [
  'propose',
  'recall',
  '--org',
  'org',
  '--subject',
  LOT,
  ...WORDS,
  ...more,
]

test('a recall is proposed, approved by another, shown, corrected and lifted', async () => {
  expect(await by('ann', ...recall('--class', '1', '--id', ID)), err).toBe(0)
  expect(err).toContain('words of consumer')
  const [, first] = /^pending (\S+)$/m.exec(out)!
  expect((await verdict(LOT)).state).toBe('none')
  expect(await show()).toMatch(/RECALL \(class 1\) of 1 subjects of org/)
  expect(await by('ann', 'approve', first!, '--yes')).toBe(1)
  expect(await by('bob', 'approve', first!, '--yes'), err).toBe(0)
  expect(await verdict(LOT)).toMatchObject({ state: 'recalled', recalls: [{ about: LOT, recall: { class: 1 } }] })
  expect(await show()).toContain(`${ID}  class 1, org, 1 subjects  stands`)

  const trace = join(ledger.folder, 'trace.json')
  // Two pages.
  await writeFile(trace, PAGES)
  const more = ['--contact', '12315', '--trace', trace, '--same-lot']
  expect(await by('bob', ...recall('--class', '2', '--id', ID, ...more)), err).toBe(0)
  expect(await by('ann', 'approve', '--all', '--yes'), err).toBe(0)
  expect(await verdict(LOT)).toMatchObject({
    recalls: [{ recall: { class: 2, contact: '12315', after: 'same-lot', trace: { treeSize: 7, digest: DIGEST } } }],
  })

  const file = join(ledger.folder, 'lot.bundle')
  expect(await main(['prove', '--node', ledger.url, '--subject', LOT, '--format', 'bundle', '-o', file]), err).toBe(0)
  const policy = join(ledger.folder, 'policy.txt')
  await writeFile(policy, await (await ledger.get('/v1/policy')).text())
  ;[out, err] = ['', '']
  expect(await tristamp(['verify', file, '--policy', policy])).toBe(1)
  expect(out).toMatch(/^(RECALLED|已被召回): /)
  expect(out).toContain('words of reason')

  expect(await by('ann', 'lift', ID.slice(0, 8), '--reason', 'all is back'), err).toBe(0)
  expect((await verdict(LOT)).state).toBe('recalled')
  expect(await by('bob', 'approve', '--all', '--yes'), err).toBe(0)
  expect(await verdict(LOT)).toMatchObject({ state: 'none', recalls: [{ lifted: { reason: 'all is back' } }] })
  expect(await show()).toContain('lifted: all is back')
  expect(await by('ann', 'lift', ID, '--reason', 'again')).toBe(1)
})

test('what is missing or wrong is named, all of it, and nothing is signed', async () => {
  expect(await by('ann', 'propose', 'recall', '--org', 'org', '--class', '4')).not.toBe(0)
  for (const flag of ['--subject is missing', '--class: expected', '--reason-zh is missing', '--holder-en is missing'])
    expect(err).toContain(flag)
  expect(await by('ann', ...recall('--class', '1', '--subject', 'https://id.gs1.org/414/9506000134307'))).toBe(1)
  expect(err).toContain('subjects')
  expect(await by('ann', ...recall('--class', '1', '--id', 'nothing'))).toBe(1)
  expect(await show()).not.toContain('RECALL')
})
