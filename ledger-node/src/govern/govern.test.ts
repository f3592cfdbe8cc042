import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  bestVerify,
  decodeBatch,
  fromBase64Url,
  keyThumbprint,
  type Operation,
  operationHash,
  parsePolicy,
  parseStatement,
  toBase64Url,
  toHex,
  verify,
} from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { itemUri, ORIGIN, TestGateway, TestLedger, until } from '../_harness.ts'
import { governanceBatch } from '../governance.ts'
import { keyPath, loadKey } from '../keys.ts'
import { main } from '../main.ts'
import type { GovernanceView } from '../query/governance.ts'

const DAY_MS = 86_400_000
const FARM: Operation = {
  op: 'enrol-organisation',
  org: 'org',
  party: 'https://id.gs1.org/417/9506000134307',
  name: { zh: '农场', en: 'Farm' },
}

let ledger: TestLedger
let out: string
let err: string

beforeEach(async () => {
  ledger = await TestLedger.start({}, {}, { administrators: ['ann', 'bob', 'cy'], threshold: 2 })
  ;[out, err] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await ledger.remove()
})

/** A command of one of the administrators; answers its exit code, and leaves what it said in `out` and `err`. */
async function by(name: string, ...args: string[]): Promise<number> {
  ;[out, err] = ['', '']
  return main([...args, '--node', ledger.url, '--admin-key', keyPath(ledger.folder, `admin-${name}`)])
}

async function propose(name: string, ...operations: object[]): Promise<string[]> {
  const file = join(ledger.folder, 'operations.json')
  await writeFile(file, JSON.stringify(operations))
  expect(await by(name, 'propose', '--file', file), err).toBe(0)
  return [...out.matchAll(/^pending (\S+)$/gm)].map(([, id]) => id!)
}

async function agree(...operations: object[]): Promise<void> {
  for (const id of await propose('ann', ...operations)) expect(await by('bob', 'approve', id, '--yes'), err).toBe(0)
}

async function governance(): Promise<GovernanceView> {
  return (await (await ledger.get('/v1/governance')).json()) as GovernanceView
}

async function statusOf(kid: Uint8Array): Promise<string> {
  return ((await (await ledger.get(`/v1/keys/${toBase64Url(kid)}`)).json()) as { status: string }).status
}

async function codeOf(batch: Uint8Array): Promise<string> {
  const answer = await ledger.post(batch)
  return answer.ok ? 'ok' : ((await answer.json()) as { code: string }).code
}

/** The next statement of an administrator whose clock stands elsewhere; made by hand, so without its book. */
async function handMade(name: string, operation: Operation, nowMs: number): Promise<Uint8Array> {
  const key = await loadKey(keyPath(ledger.folder, `admin-${name}`))
  const kid = toBase64Url(keyThumbprint(key.publicKey))
  const { nextSeq, prev } = (await (await ledger.get(`/v1/keys/${kid}`)).json()) as { nextSeq: number; prev: string }
  return governanceBatch([operation], key, ORIGIN, { seq: nextSeq, prev: fromBase64Url(prev) }, nowMs)
}

/** What a person at the terminal answers. */
function answering(...lines: string[]): void {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(lines) as unknown as typeof process.stdin)
}

describe('two of three administrators', () => {
  test('propose, look, and approve; it takes effect with the second, and a stamp is taken from then on', async () => {
    const gateway = new TestGateway('org', 'one')
    const [organisation, enrolment] = await propose('ann', FARM, gateway.operation)
    expect(err).toContain('1 more of bob, cy must sign: enrol the organisation org (Farm, 农场)')
    expect(await codeOf(gateway.batch(itemUri('A0')))).toBe('KEY_UNKNOWN')
    Object.assign(gateway, { seq: 0, prev: new Uint8Array(32) })

    const { pending, administrators, threshold } = await governance()
    expect([threshold, administrators.map(({ gateway: name }) => name)]).toEqual([2, ['ann', 'bob', 'cy']])
    expect(new Set(pending.map(({ id }) => id))).toEqual(new Set([organisation, enrolment]))
    expect(pending[0]).toMatchObject({
      needed: 2,
      signed: [{ name: 'ann' }],
      missing: [{ name: 'bob' }, { name: 'cy' }],
    })

    expect(await main(['show', '--node', ledger.url])).toBe(0)
    expect(out).toContain(`${ORIGIN}: 2 of 3 administrators must agree within 7 d 0 h`)
    expect(out).toMatch(new RegExp(`${enrolment} {2}let a key sign for the gateway org/one: commission, ship`))
    expect(out).toMatch(/signed by ann; 1 more of bob, cy; 6 d 23 h left/)
    expect(await main(['show', enrolment!.slice(0, 8), '--node', ledger.url])).toBe(0)
    expect(out).toContain(`  station: ${gateway.station}`)

    expect(await by('cy', 'approve', '--all', '--yes')).toBe(0)
    expect(out.match(/^effective /gm)).toHaveLength(2)
    expect((await governance()).pending).toEqual([])
    expect(await by('ann', 'approve', '--all')).toBe(0)
    expect(err).toContain('nothing waits for the signature of this key')
    expect(await codeOf(gateway.batch(itemUri('A1')))).toBe('ok')
    await until(async () => (await governance()).recent.length >= 5)
    expect((await governance()).recent.map(({ effective, signer }) => [signer.name, effective])).toEqual([
      ['cy', true],
      ['cy', true],
      ['ann', false],
      ['ann', false],
      ['ann', true],
    ])
  })

  test('several at once, or none where one of them is not to be signed', async () => {
    const second = { ...FARM, org: 'second' }
    const ids = await propose('ann', FARM, second)
    expect(await by('bob', 'approve', ids[0]!, 'feed0000', '--yes')).toBe(1)
    expect(err).toContain('OPERATION_UNKNOWN')
    expect((await governance()).pending).toHaveLength(2)
    expect(await by('bob', 'approve', ...ids, '--yes'), err).toBe(0)
    expect((await governance()).pending).toEqual([])
  })

  test('a person is asked, and nothing but yes is a yes', async () => {
    const [id] = await propose('ann', FARM)
    for (const lines of [['n\n'], ['\n'], []]) {
      answering(...lines)
      expect(await by('bob', 'approve', id!)).toBe(1)
      expect(err).toContain('not signed')
    }
    answering('y\n')
    expect(await by('bob', 'approve', id!)).toBe(0)
    expect(err).toMatch(
      /signed by ann\nenrol the organisation org \(Farm, 农场\)\n {2}name: en Farm, zh 农场\n {2}org: org\n/,
    )
  })

  test.each([
    [['approve']],
    [['approve', 'x', '--all']],
    [['approve', 'x', 'y', '--all']],
    [['propose']],
    [['enrol']],
    [['enrol', 'gateway']],
    [['revoke', 'ann']],
    [['suspend', 'ann', 'bob', '--reason', 'x']],
    [['show', 'a', 'b']],
  ])('%j is wrong usage', async (args) => {
    expect(await by('ann', ...args)).toBe(2)
  })
})

describe('refused, with a code and a sentence:', () => {
  test('one administrator twice, by the program and by the node', async () => {
    const [id] = await propose('ann', FARM)
    expect(await by('ann', 'approve', id!, '--yes')).toBe(1)
    expect(err).toContain('GOVERNANCE_REPEATED: this administrator has signed this operation already')
    const again = await ledger.post(await handMade('ann', FARM, Date.now()))
    expect(again.status).toBe(409)
    expect(await again.json()).toMatchObject({ code: 'GOVERNANCE_REPEATED', detail: expect.stringMatching(/already/) })
    expect((await governance()).pending).toHaveLength(1)
  })

  test('what was signed too long ago; the next signature begins anew', async () => {
    await ledger.post(await handMade('ann', FARM, Date.now() - 8 * DAY_MS))
    const { id } = (await governance()).pending[0]!
    expect(await by('bob', 'approve', id, '--yes')).toBe(1)
    expect(err).toMatch(/OPERATION_EXPIRED[\s\S]*propose it anew/)
    expect(await by('bob', 'approve', '--all', '--yes')).toBe(0)
    expect(out).toBe('')
    await main(['show', '--node', ledger.url])
    expect(out).toContain('closed since')
    expect(await propose('bob', FARM)).toEqual([id])
    expect(await by('ann', 'approve', id, '--yes')).toBe(0)
    expect(out).toContain(`effective ${id}`)
  })

  test('a statement replayed: the recorded one is recorded once, the refused one never', async () => {
    const first = await handMade('ann', FARM, Date.now())
    expect((await ledger.post(first)).status).toBe(201)
    expect((await ledger.post(first)).status).toBe(200)
    const refused = await handMade('ann', FARM, Date.now())
    expect(await codeOf(refused)).toBe('GOVERNANCE_REPEATED')
    expect(await by('ann', 'enrol', 'place')).toBe(3)
    await propose('ann', { ...FARM, org: 'other' })
    expect(await codeOf(refused)).toBe('SEQ_EQUIVOCATION')
  })

  test('a letter altered is another operation', async () => {
    const [id] = await propose('ann', FARM)
    const [other] = await propose('bob', { ...FARM, name: { zh: '农场', en: 'Farm.' } })
    expect(other).not.toBe(id)
    expect(await by('cy', 'approve', 'abcdef01', '--yes')).toBe(1)
    expect(err).toContain('OPERATION_UNKNOWN')
  })

  test('what contradicts the state', async () => {
    const gateway = new TestGateway('nowhere', 'one')
    const [id] = await propose('ann', gateway.operation)
    expect(await by('bob', 'approve', id!, '--yes')).toBe(1)
    expect(err).toContain('409 GOVERNANCE_CONFLICT')
    expect(err).toContain('organisation nowhere is not enrolled')
    // The number of the refused statement is left out, and the next one is taken: it can never be held against bob.
    const book = join(ledger.folder, 'keys', 'admin-bob.ledger')
    const refused = await readFile(join(book, (await readdir(book)).filter((name) => name.endsWith('.cbor')).at(-1)!))
    await propose('bob', FARM)
    expect(await codeOf(refused)).toBe('SEQ_REPEATED')
    expect(ledger.logs.filter((line) => line.startsWith('ALERT'))).toEqual([])
  })

  test('a name that no key has', async () => {
    expect(await by('ann', 'suspend', 'org/none', '--reason', 'x')).toBe(1)
    expect(err).toContain('KEY_NAME')
  })
})

describe('the life of a key, from the command line', () => {
  let gateway: TestGateway
  beforeEach(async () => {
    gateway = new TestGateway('org', 'one')
    await agree(FARM, gateway.operation)
  })

  test('revoked by two: later stamps are refused, earlier ones stand and are marked', async () => {
    expect(await codeOf(gateway.batch(itemUri('R1')))).toBe('ok')
    expect(await by('ann', 'revoke', 'org/one', '--reason', 'stolen')).toBe(0)
    const id = /^pending (\S+)$/m.exec(out)![1]!
    expect(await codeOf(gateway.batch(itemUri('R2')))).toBe('ok')
    expect(await by('bob', 'approve', id, '--yes')).toBe(0)
    expect(await codeOf(gateway.batch(itemUri('R3')))).toBe('KEY_INACTIVE')
    const verdict = await until2(async () => {
      const seen = await read(itemUri('R1'))
      return seen.events[0]?.signer.ended === 'revoked' ? seen : undefined
    })
    expect(verdict.state).toBe('consistent')
    expect(verdict.events[0]!.signer.endedLater).toBe(true)
  })

  test('suspended by one at once, restored by two', async () => {
    expect(await by('cy', 'suspend', 'org/one', '--reason', 'the box is missing')).toBe(0)
    expect(out).toMatch(/^effective /m)
    expect(await codeOf(gateway.batch(itemUri('S1')))).toBe('KEY_INACTIVE')
    Object.assign(gateway, { seq: 0, prev: new Uint8Array(32) })
    await main(['show', '--node', ledger.url])
    expect(out).toMatch(/ {2}org\/one {2}suspended {2}\S+ {2}the box is missing/)
    expect(await by('ann', 'restore', 'org/one', '--reason', 'found')).toBe(0)
    expect(out).toMatch(/^pending /m)
    expect(await by('bob', 'approve', '--all', '--yes')).toBe(0)
    expect(await codeOf(gateway.batch(itemUri('S2')))).toBe('ok')
  })

  test('rotated by two, from the enrolment request of the new key', async () => {
    const next = new TestGateway('org', 'one')
    const file = join(ledger.folder, 'enrolment-request.json')
    await writeFile(file, JSON.stringify(next.operation))
    expect(await codeOf(gateway.batch(itemUri('T1')))).toBe('ok')
    expect(await by('ann', 'rotate', 'org/one', '--file', file), err).toBe(0)
    expect(await by('bob', 'approve', '--all', '--yes')).toBe(0)
    expect(await codeOf(gateway.batch(itemUri('T2')))).toBe('KEY_INACTIVE')
    expect(await codeOf(next.batch(itemUri('T3')))).toBe('ok')
    expect([await statusOf(gateway.kid), await statusOf(next.kid)]).toEqual(['rotated', 'active'])
  })

  test('an administrator gets a new key, and signs with it', async () => {
    const file = keyPath(ledger.folder, 'admin-new')
    expect(await main(['make-key', '--out', file])).toBe(0)
    const newKey = out.trim().split('\n').at(-1)!
    expect(await by('bob', 'rotate', 'ann', '--new-key', newKey), err).toBe(0)
    expect(await by('cy', 'approve', '--all', '--yes')).toBe(0)
    expect(await by('ann', 'suspend', 'org/one', '--reason', 'x')).toBe(1)
    expect(err).toContain('KEY_INACTIVE')
    expect(await by('new', 'suspend', 'org/one', '--reason', 'x')).toBe(0)
    expect(await statusOf(gateway.kid)).toBe('suspended')
  })

  test('an administrator’s key that contradicts itself is suspended by the ledger', async () => {
    const [one, two] = [await handMade('cy', FARM, Date.now()), await handMade('cy', FARM, Date.now())]
    expect([await codeOf(one), await codeOf(two)]).toEqual(['ok', 'SEQ_EQUIVOCATION'])
    const cy = parseStatement(decodeBatch(one).statement).header.kid
    await until(async () => (await statusOf(cy)) === 'suspended')
    // Two are left, as many as must agree: the next one is not locked out.
    const [three, four] = [await handMade('bob', FARM, Date.now()), await handMade('bob', FARM, Date.now())]
    expect([await codeOf(three), await codeOf(four)]).toEqual(['ok', 'SEQ_EQUIVOCATION'])
    await until(() => ledger.logs.some((line) => line.includes('is not suspended: GOVERNANCE_CONFLICT')))
  })
})

describe('a key signs', () => {
  test('for one ledger: the first that it was used for, or the one that is named', async () => {
    const other = await TestLedger.start({}, {}, { origin: 'ledger.example/other' })
    const twin = await TestLedger.start()
    try {
      for (const { url } of [other, twin]) {
        const key = keyPath(ledger.folder, 'admin-ann')
        expect(await main(['suspend', 'x', '--reason', 'x', '--node', url, '--admin-key', key])).toBe(1)
        const file = join(ledger.folder, 'operations.json')
        await writeFile(file, JSON.stringify(FARM))
        expect(await main(['propose', '--file', file, '--node', url, '--admin-key', key])).toBe(1)
        expect(err).toContain('LEDGER_OTHER')
      }
      expect(await by('ann', 'suspend', 'x', '--reason', 'x', '--origin', 'ledger.example/other')).toBe(1)
    } finally {
      await other.remove()
      await twin.remove()
    }
  })

  test('no number twice, not even for two programs at once', async () => {
    const files = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (org) => {
        const file = join(ledger.folder, `${org}.json`)
        await writeFile(file, JSON.stringify({ ...FARM, org }))
        return file
      }),
    )
    const codes = await Promise.all(files.map((file) => by('ann', 'propose', '--file', file)))
    expect(codes).toEqual([0, 0, 0, 0])
    expect((await governance()).pending).toHaveLength(4)
    const folder = join(ledger.folder, 'keys', 'admin-ann.ledger')
    const names = (await readdir(folder)).filter((name) => name.endsWith('.cbor'))
    const seqs = await Promise.all(
      names.map(async (name) => parseStatement(decodeBatch(await readFile(join(folder, name))).statement).header.seq),
    )
    expect(new Set(seqs).size).toBe(names.length)
    expect(ledger.logs.filter((line) => line.startsWith('ALERT'))).toEqual([])
  })

  test('only what it was shown: a node that shows another operation under an id is found out', async () => {
    await propose('ann', FARM)
    const view = await governance()
    const shown = { ...FARM, org: 'innocent' }
    const liar = createServer((_req, res) => {
      res.setHeader('Content-Type', 'application/json')
      res.end(JSON.stringify({ ...view, pending: [{ ...view.pending[0], operation: shown }] }))
    })
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(liar.address() as { port: number }).port}`
    const key = keyPath(ledger.folder, 'admin-bob')
    expect(toHex(operationHash(FARM))).toBe(view.pending[0]!.id)
    expect(await main(['approve', '--all', '--yes', '--node', url, '--admin-key', key])).toBe(1)
    expect(err).toContain('OPERATION_ALTERED')
    await new Promise((resolve) => liar.close(resolve))
  })
})

async function read(item: string): ReturnType<typeof verify> {
  const answer = await ledger.get(`/v1/history?subject=${encodeURIComponent(item)}`)
  const policy = parsePolicy(await (await ledger.get('/v1/policy')).text())
  return verify(new Uint8Array(await answer.arrayBuffer()), item, { policy }, await bestVerify())
}

/** The first answer there is. */
async function until2<T>(look: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined
  await until(async () => {
    found = await look()
    return found !== undefined
  })
  return found!
}
