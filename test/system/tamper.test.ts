import * as crypto from 'node:crypto'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Bundle,
  decodeBundle,
  encodeBundle,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  type Verdict,
  verify,
  verifyOnNode,
} from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { copyOf, temporaryFolder } from '../_harness/folder.ts'
import { CASE, commissioned, item, ORGANISATION, packed, sold } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { lastSeal, lastStatement, readSegment } from '../_harness/segments.ts'
import { TestSigner } from '../_harness/signer.ts'
import {
  type Change,
  changed,
  cut,
  edited,
  flip,
  flipped,
  row,
  signedByAThief,
  swapped,
} from '../_harness/tampering.ts'

// One true ledger is made; every test changes one thing in a copy of its folder or of its answer. Nothing may pass, and each
// change is named: by `tristamp-ledger verify` with the record, by a reader's `verify` with the check that failed.

const PACK = item('P1')
const folder = temporaryFolder()
let ledger: TestLedger
let policy: string
let bundle: Uint8Array

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  const [farm, shop] = [new TestSigner('farm'), new TestSigner('shop')]
  await ledger.enrol(ORGANISATION, farm.enrolment(), shop.enrolment(['sell']))
  const record = async (batch: Uint8Array): Promise<void> => {
    const response = await ledger.post(batch)
    expect(response.status, await response.clone().text()).toBe(201)
    await ledger.sealed(((await response.json()) as { entry: number }).entry)
  }
  await record(farm.batch(commissioned(PACK), commissioned(item('P2')), commissioned(item('P3'))))
  await record(farm.batch(packed(CASE, PACK, item('P2'))))
  await record(shop.batch(sold(PACK)))
  policy = await (await ledger.get('/v1/policy')).text()
  bundle = await ledger.bundle(PACK)
  expect(await ledger.stop()).toBe(0)
})

afterAll(async () => {
  await ledger?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('tristamp-ledger verify', () => {
  it('passes the ledger as it was written', async () => {
    const { exit, out } = await ledger.verify()
    expect(out).toMatch(/^ok \d+ entries \(\d+ seals\), 9 events; checkpoint over \d+ entries verified$/m)
    expect(exit).toBe(0)
  })

  /** Each case: what is done to the copy, and the flaw that must be named. */
  const cases: [string, RegExp, Change][] = [
    ['a byte of an event', /bodies\/0+\.seg offset \d+ entry \d+ field crc/, flipped('bodies', () => 5)],
    [
      'a byte of an event, checksum mended',
      /entries\/0+\.seg offset \d+ entry \d+ field BATCH_ROOT/,
      changed('bodies', ({ records }) => flip(records[5]!, 40)),
    ],
    [
      'an event’s salt, checksum mended',
      /entry \d+ field BATCH_ROOT/,
      changed('bodies', ({ records }) => flip(records[5]!, 0)),
    ],
    ['a byte of an entry', /entries\/0+\.seg offset \d+ entry 3 field crc/, flipped('entries', () => 3)],
    [
      'a signature, checksum mended',
      /entries\/0+\.seg offset \d+ entry \d+ field SIGNATURE/,
      changed('entries', (s) => flip(s.records[lastStatement(s)]!, -1)),
    ],
    ['a seal', /entries\/0+\.seg offset \d+ entry \d+ field crc/, flipped('entries', lastSeal)],
    [
      'the last seal’s history root, checksum mended',
      /entry \d+ field historyRoot/,
      changed('entries', ({ records }) => flip(records.at(-1)!, -1)),
    ],
    [
      'the first seal’s time, checksum mended',
      /entry \d+ field previous/,
      changed('entries', (s) => flip(s.records[1]!, s.records[1]!.length - 36)),
    ],
    [
      'the last seal’s time, checksum mended',
      /checkpoint field root/,
      changed('entries', ({ records }) => flip(records.at(-1)!, records.at(-1)!.length - 36)),
    ],
    ['two events swapped', /entry \d+ field BATCH_ROOT/, changed('bodies', swapped(4, 5))],
    ['two events of different batches swapped', /entry \d+ field BATCH_ROOT/, changed('bodies', swapped(6, 7))],
    ['two entries swapped', /entry \d+ field SEQ_EXPECTED/, changed('entries', swapped(4, 6))],
    ['an event dropped', /field BATCH_ROOT/, changed('bodies', ({ records }) => void records.splice(5, 1))],
    [
      'the last event dropped',
      /bodies\/0+\.seg offset \d+ entry \d+ field missing/,
      changed('bodies', ({ records }) => void records.pop()),
    ],
    [
      'an entry dropped',
      /entry \d+ field entryCount/,
      changed('entries', (s) => void s.records.splice(lastStatement(s), 1)),
    ],
    [
      'the last seal dropped',
      /entries\/0+\.seg offset \d+ entry \d+ field missing/,
      changed('entries', ({ records }) => void records.pop()),
    ],
    ['the end of the entries cut off', /entries\/0+\.seg offset \d+ entry \d+ field truncated/, cut('entries')],
    ['the end of the events cut off', /bodies\/0+\.seg offset \d+ entry \d+ field truncated/, cut('bodies')],
    ['the checkpoint’s size', /checkpoint field signature/, edited((note) => note.replace(/\n\d+\n/, '\n1\n'))],
    ['a checkpoint by another key', /checkpoint field signature/, edited(signedByAThief)],
    ['a tile', /derived field tile 0\/0/, row('t', (value) => flip(value, 0))],
    ['a subject’s history', /derived field history [0-9a-f]+/, row('p', (value) => flip(value, -1))],
    ['an entry’s place', /derived field entry \d+/, row('e', (value) => flip(value, 5))],
    ['a key’s chain', /derived field key chain [0-9a-f]+/, row('s', (value) => flip(value, -1))],
    ['a gateway’s state', /derived field state /, row('S', (value) => flip(value, -1))],
    ['a block', /derived field block 0/, row('b', (value) => flip(value, -1))],
    ['the mark', /derived field mark/, row('M', (value) => value.set([0x05], value.indexOf('height') + 6))],
    ['an index row dropped', /derived field event id [0-9a-f]+: the row is missing/, row('i', 'drop')],
    ['an index row too many', /derived field rows 'i'/, row('i', 'add')],
  ]
  it.each(cases)('names %s', async (_what, flaw, change) => {
    using copy = copyOf(ledger.data)
    await change(copy.path)
    const { exit, out, err } = await ledger.at(copy.path).verify()
    expect(out, err).toMatch(flaw)
    expect(out).toMatch(/^FLAW /m)
    expect(exit).toBe(1)
  })

  it('says of bytes behind the signed state that they were never acknowledged, and passes', async () => {
    using copy = copyOf(ledger.data)
    appendFileSync(readSegment(copy.path, 'entries').path, Buffer.from('a torn app'))
    const { exit, err } = await ledger.at(copy.path).verify()
    expect(err).toMatch(/cut short and never acknowledged/)
    expect(exit).toBe(0)
  })
})

describe('a node on changed files', () => {
  it('does not start when its entries are not those it signed', async () => {
    using copy = copyOf(ledger.data)
    await changed('entries', (s) => void s.records.splice(-2))(copy.path)
    const { exit, err } = await Child.run('ledger', ['run', '--data', copy.path, '--port', '0', '--mqtt-port', '0'])
    expect(err).toMatch(/^SEGMENT_CORRUPT: .*seg/m)
    expect(exit).toBe(1)
  })

  it('shows a reader who changed an event on its disk: the contents do not fit', async () => {
    using copy = copyOf(ledger.data)
    const served = ledger.at(copy.path)
    const at = readSegment(copy.path, 'bodies').records.findIndex((r) => r.includes('retail_sold'))
    await changed('bodies', ({ records }) => flip(records[at]!, records[at]!.indexOf('2026') + 3))(copy.path)
    await using _ = await served.start()
    expect(failed(await read(await served.bundle(PACK)))).toBe('contents PROOF_ROOT')
  })

  it.each([
    ['a history', 'p'],
    ['a gateway’s state', 'S'],
  ])('makes its index again from the entries when %s was changed', async (_what, space) => {
    using copy = copyOf(ledger.data)
    await row(space, space === 'p' ? 'drop' : (value) => flip(value, -1))(copy.path)
    // With a snapshot that fits the seal, histories are not read at a start: whoever is served one notices.
    if (space === 'p') rmSync(join(copy.path, 'history-map'))
    const served = ledger.at(copy.path)
    await using _ = await served.start()
    expect(served.process.err).toMatch(/derived data are rebuilt/)
    expect((await read(await served.bundle(PACK))).state).toBe('consistent')
  })
})

describe('a reader', () => {
  it('agrees with the bundle as it was served', async () => {
    const verdict = await read(bundle)
    expect(failed(verdict)).toBe('none')
    expect(verdict.state).toBe('consistent')
    expect(verdict.events).toHaveLength(3)
  })

  const forgeries: [string, string, (b: Bundle) => void][] = [
    ['a byte of an event', 'contents PROOF_ROOT', (b) => flip(b.events.at(-1)!.event, 40)],
    ['an event’s salt', 'contents PROOF_ROOT', (b) => flip(b.events.at(-1)!.salt, 0)],
    ['a statement’s signature', 'inclusion PROOF_ROOT', (b) => flip(b.statements.at(-1)!.bytes, -1)],
    ['a hash of the tree', 'inclusion PROOF_ROOT', (b) => flip(b.beside[0]!, 0)],
    ['the seal', 'inclusion PROOF_ROOT', (b) => flip(b.seal.bytes, -1)],
    ['a history’s proof', 'completeness HISTORY_PROOF', (b) => flip(b.map[0]!, 0)],
    ['two events swapped in a history', 'completeness HISTORY_PROOF', (b) => void historyOf(b).links.reverse()],
    ['the sale left out of the history', 'completeness HISTORY_PROOF', (b) => void historyOf(b).links.pop()],
    [
      'the sale left out of the bundle',
      'contents PROOF_LENGTH',
      (b) =>
        void b.events.splice(
          b.events.findIndex((e) => Buffer.from(e.event).includes('retail_sold')),
          1,
        ),
    ],
    [
      'a whole history left out',
      'completeness HISTORY_PROOF',
      (b) =>
        void b.histories.splice(
          b.histories.findIndex((h) => h.subject === CASE),
          1,
        ),
    ],
    [
      'the checkpoint’s size',
      'checkpoint NOTE_SIGNATURE',
      (b) => Object.assign(b, { checkpoint: b.checkpoint.replace(/\n\d+\n/, '\n99\n') }),
    ],
    [
      'a checkpoint by another key',
      'checkpoint NOTE_UNSIGNED',
      (b) => Object.assign(b, { checkpoint: signedByAThief(b.checkpoint) }),
    ],
  ]
  it.each(forgeries)('refuses %s: %s', async (_what, expected, forge) => {
    const forged = decodeBundle(bundle)
    forge(forged)
    const verdict = await read(encodeBundle(forged))
    expect(failed(verdict)).toBe(expected)
    expect(verdict.state).toBe('mismatch')
    expect(verdict.events).toEqual([])
  })

  it('refuses a bundle cut short, and an answer about something else', async () => {
    expect(failed(await read(bundle.subarray(0, -1)))).toMatch(/^bundle (CBOR|BUNDLE)_/)
    expect(failed(await read(bundle, item('OTHER')))).toBe('completeness HISTORY_MISSING')
  })

  it('refuses a ledger that is shorter than it was before', async () => {
    const { size, root } = parseCheckpoint(parseNote(decodeBundle(bundle).checkpoint).text)
    expect(failed(await read(bundle, PACK, { size: size + 2, root }))).toBe('ledger LEDGER_ROLLBACK')
  })
})

function read(bytes: Uint8Array, subject = PACK, remembered?: { size: number; root: Uint8Array }): Promise<Verdict> {
  const check = verifyOnNode(crypto)
  return verify(bytes, subject, { policy: parsePolicy(policy), ...(remembered && { remembered }) }, async (...a) =>
    check(...a),
  )
}

function failed({ checks }: Verdict): string {
  const check = checks.find((c) => c.status === 'failed')
  return check === undefined ? 'none' : `${check.id} ${check.code}`
}

function historyOf(b: Bundle): Bundle['histories'][number] {
  return b.histories.find((h) => h.subject === PACK)!
}
