import nodeCrypto from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import { MemoryLedger, seed, TestSigner } from '../_memory-ledger.ts'
import { eventLeaf as leafOf } from '../batch.ts'
import { type Bundle, decodeBundle, encodeBundle } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import { toBase64Url, toHex } from '../bytes.ts'
import type { Json } from '../canonical-json.ts'
import { formatCheckpoint } from '../checkpoint.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import { publicKeyOf, signOnNoble } from '../ed25519-curve.ts'
import { formatNote, formatVerifierKey, parseNote, signNote } from '../note.ts'
import { parsePolicy } from '../policy.ts'
import type { Check, CheckId, Verdict } from './verdict.ts'
import { rememberable, type Trust, verify } from './verify.ts'

const FARM = 'https://id.gs1.org/414/9506000134017'
const YARD = 'https://id.gs1.org/414/9506000134024'
const PIG = 'https://id.gs1.org/01/09506000134369/21/PIG1'
const LOT = 'https://id.gs1.org/01/09506000134352/10/B261120-07'
const PACK = 'https://id.gs1.org/01/09506000134352/21/7K3M92QD40XA'
const OTHER_PACK = 'https://id.gs1.org/01/09506000134352/21/OTHER'
const CASE = 'https://id.gs1.org/00/095060001343520017'
/** Recorded beside the pack's, and no part of its history. */
const STRANGER = 'https://id.gs1.org/01/09506000134369/21/STRANGER'
const NEVER = 'https://id.gs1.org/01/09506000134352/21/NEVER'
const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)
const json = (value: unknown): Json => value as Json

/** A sample step without what only its making says. */
function bare(overrides: Parameters<typeof sampleObjectEvent>[0]): object {
  const { ilmd: _, ...event } = sampleObjectEvent(overrides)
  return event
}

/** A pig, a lot of two packs, a case, one sale: the shortest life with every kind of step. */
function life(): { ledger: MemoryLedger; gateway: TestSigner } {
  const ledger = new MemoryLedger()
  const gateway = new TestSigner('farm', 'https://id.gs1.org/8004/9506000134FARM1', FARM)
  ledger.govern({
    op: 'enrol-organisation',
    org: 'farm',
    party: 'https://id.gs1.org/417/9506000134000',
    name: { zh: '农场', en: 'Farm' },
  })
  ledger.govern({
    op: 'enrol-gateway',
    org: 'farm',
    gateway: 'gw1',
    uri: gateway.iss,
    key: toBase64Url(gateway.publicKey),
    station: FARM,
    roles: ['commission', 'transform', 'pack', 'sell', 'observe'],
    login: toBase64Url(new Uint8Array(32)),
  })
  ledger.govern({
    op: 'register-place',
    org: 'farm',
    place: FARM,
    name: { zh: '农场', en: 'Farm' },
    address: { zh: '湖北', en: 'Hubei' },
    zone: 'Asia/Shanghai',
  })
  step(ledger, gateway, bare({ epcList: [PIG] }), bare({ epcList: [STRANGER] }))
  step(
    ledger,
    gateway,
    sampleTransformation({
      inputEPCList: [PIG],
      outputEPCList: [PACK, OTHER_PACK],
      ilmd: { 'cbvmda:lotNumber': 'B261120-07' },
    }),
    sampleAggregation({ parentID: CASE, childEPCs: [PACK, OTHER_PACK] }),
  )
  ledger.seal()
  step(
    ledger,
    gateway,
    sampleAggregation({ parentID: CASE, childEPCs: [PACK, OTHER_PACK], action: 'DELETE', bizStep: 'unpacking' }),
  )
  step(
    ledger,
    gateway,
    bare({
      epcList: [PACK],
      action: 'DELETE',
      bizStep: 'retail_selling',
      disposition: 'retail_sold',
    }),
  )
  ledger.seal()
  return { ledger, gateway }
}

function step(ledger: MemoryLedger, gateway: TestSigner, ...events: unknown[]): void {
  const batch = gateway.statement('batch', events.map(json))
  const admission = ledger.submit(batch.statement, batch.events)
  if (!admission.ok) throw new Error(admission.message)
}

function leaveOut({ histories }: Bundle, subject: string): void {
  histories.splice(
    histories.findIndex((h) => h.subject === subject),
    1,
  )
}

function failed(verdict: Verdict): string {
  const check = verdict.checks.find((c) => c.status === 'failed')
  return check === undefined ? 'none failed' : `${check.id} ${check.code}`
}

describe('verify', () => {
  let ledger: MemoryLedger
  let gateway: TestSigner
  let good: Uint8Array
  let trust: Trust
  const read = (bytes: Uint8Array, subject = PACK, t = trust): Promise<Verdict> => verify(bytes, subject, t, check)
  const changed = async (change: (bundle: Bundle) => void, isProven = false): Promise<Verdict> => {
    const bundle = decodeBundle(good)
    change(bundle)
    if (isProven) await ledger.prove(bundle)
    return read(encodeBundle(bundle))
  }

  beforeAll(async () => {
    ;({ ledger, gateway } = life())
    step(ledger, gateway, bare({ epcList: [STRANGER], action: 'OBSERVE', bizStep: 'storing' }))
    ledger.seal()
    good = await buildBundle(PACK, ledger.source())
    trust = { policy: ledger.policy }
  })

  it('agrees with a whole, true history: the pack, its lot, its case, the pig it was', async () => {
    const verdict = await read(good)
    expect(failed(verdict)).toBe('none failed')
    expect(verdict.state).toBe('consistent')
    expect(verdict.events).toHaveLength(5)
    expect(verdict.events.every((e) => e.signer.org === 'farm' && e.signer.station === FARM)).toBe(true)
    expect(verdict.lineage).toEqual(expect.arrayContaining([PACK, LOT, CASE, PIG, FARM]))
    expect(verdict.lineage).not.toContain(OTHER_PACK)
    expect(verdict.names.places.get(FARM)?.name.en).toBe('Farm')
    expect(verdict.names.organisations.get('farm')?.name.zh).toBe('农场')
  })

  it('claims only what was checked', async () => {
    const status = Object.fromEntries((await read(good)).checks.map((c) => [c.id, c.status]))
    expect(status).toEqual({
      bundle: 'passed',
      checkpoint: 'passed',
      witnesses: 'unchecked',
      ledger: 'unchecked',
      seal: 'passed',
      inclusion: 'passed',
      contents: 'passed',
      completeness: 'passed',
      signatures: 'passed',
      findings: 'passed',
      inside: 'unchecked',
    } satisfies Record<CheckId, string>)
  })

  it('says that a number was never recorded, with proof', async () => {
    const verdict = await read(await buildBundle(NEVER, ledger.source()), NEVER)
    expect(verdict.state).toBe('none')
    expect(failed(verdict)).toBe('none failed')
    expect(failed(await read(good, NEVER))).toBe('completeness HISTORY_MISSING')
  })

  it('remembers the ledger: growth is proved, a rollback and a fork have their own codes', async () => {
    const before = { size: 7, root: ledger.root(7) }
    const since = await buildBundle(PACK, ledger.source(), 7)
    const verdict = await read(since, PACK, { ...trust, remembered: before })
    expect(verdict.checks.find((c) => c.id === 'ledger')).toMatchObject({ status: 'passed', detail: { from: 7 } })
    const seen = (remembered: Trust['remembered']): Promise<string> =>
      read(since, PACK, { ...trust, ...(remembered && { remembered }) }).then(failed)
    expect(await seen({ size: 7, root: ledger.root(6) })).toBe('ledger LEDGER_FORK')
    expect(await seen({ size: ledger.entries.length, root: ledger.root(6) })).toBe('ledger LEDGER_FORK')
    expect(await seen({ size: 1000, root: ledger.root() })).toBe('ledger LEDGER_ROLLBACK')
    expect(failed(await read(good, PACK, { ...trust, remembered: before }))).toBe('ledger LEDGER_FORK')
  })

  const forgeries: [string, string, (b: Bundle) => void][] = [
    [
      'a byte of an event',
      'contents PROOF_ROOT',
      (b) => {
        b.events[3]!.event[40]! ^= 1
      },
    ],
    [
      'a salt',
      'contents PROOF_ROOT',
      (b) => {
        b.events[3]!.salt[0]! ^= 1
      },
    ],
    [
      'a byte of a signature',
      'inclusion PROOF_ROOT',
      (b) => {
        b.statements.at(-1)!.bytes[b.statements.at(-1)!.bytes.length - 1]! ^= 1
      },
    ],
    [
      'a byte of the seal',
      'inclusion PROOF_ROOT',
      (b) => {
        b.seal.bytes[60]! ^= 1
      },
    ],
    [
      'a hash of the tree',
      'inclusion PROOF_ROOT',
      (b) => {
        b.beside[0]![5]! ^= 1
      },
    ],
    ['a hash of the tree too few', 'inclusion PROOF_LENGTH', (b) => void b.beside.pop()],
    ['a hash of the tree too many', 'inclusion PROOF_LENGTH', (b) => void b.beside.push(new Uint8Array(32))],
    [
      'a hash of a batch',
      'contents PROOF_ROOT',
      (b) => {
        b.statements.find(({ beside }) => beside.length > 0)!.beside[0]![0]! ^= 1
      },
    ],
    ['a hash of a batch too many', 'contents PROOF_LENGTH', (b) => void b.statements[1]!.beside.push(b.beside[0]!)],
    [
      'a hash of the map',
      'completeness HISTORY_PROOF',
      (b) => {
        b.map[0]![0]! ^= 1
      },
    ],
    ['a hash of the map too few', 'completeness HISTORY_PROOF', (b) => void b.map.pop()],
    ['a hash of the map too many', 'completeness HISTORY_PROOF', (b) => void b.map.push(new Uint8Array(32))],
    [
      'a history that ends elsewhere',
      'completeness HISTORY_PROOF',
      (b) => {
        b.histories[0]!.end.depth += 1
      },
    ],
    ['two events swapped in a history', 'completeness HISTORY_PROOF', (b) => void b.histories[0]!.links.reverse()],
    ['an event left out of a history', 'completeness HISTORY_PROOF', (b) => void b.histories[0]!.links.pop()],
    ['an event left out of the bundle', 'contents PROOF_LENGTH', (b) => void b.events.pop()],
    ['a whole history left out', 'completeness HISTORY_PROOF', (b) => void leaveOut(b, LOT)],
    [
      "another subject's event in a history",
      'completeness HISTORY_SUBJECT',
      (b) => void b.histories.find((h) => h.subject === PIG)!.links.push(b.events.at(-1)!),
    ],
    ['the same statement twice', 'bundle BUNDLE_MALFORMED', (b) => void b.statements.splice(1, 0, b.statements[1]!)],
    ['statements out of order', 'bundle BUNDLE_MALFORMED', (b) => void b.statements.reverse()],
    [
      'the same entry as a statement and as a seal',
      'inclusion BUNDLE_MALFORMED',
      (b) => void b.statements.push({ ...b.seal, beside: [] }),
    ],
    [
      'events of a statement out of order',
      'bundle BUNDLE_MALFORMED',
      (b) => void b.events.sort((one, other) => one.entry - other.entry || other.position - one.position),
    ],
    [
      'events of statements out of order',
      'bundle BUNDLE_MALFORMED',
      (b) => void b.events.sort((one, other) => other.entry - one.entry || one.position - other.position),
    ],
    ['the same event twice', 'bundle BUNDLE_MALFORMED', (b) => void b.events.splice(1, 0, b.events[1]!)],
    ['a history twice', 'bundle BUNDLE_MALFORMED', (b) => void b.histories.push(b.histories[1]!)],
    [
      'a withheld event at a place that no chain can name',
      'bundle BUNDLE_MALFORMED',
      (b) => void b.histories[0]!.links.push({ entry: 1, position: 2 ** 32, withheld: leafOf(b.events[0]!) }),
    ],
    [
      'the checkpoint of another size',
      'checkpoint NOTE_SIGNATURE',
      (b) => {
        b.checkpoint = b.checkpoint.replace(/\n\d+\n/, '\n99\n')
      },
    ],
  ]
  it.each(forgeries)('refuses %s: %s', async (_name, expected, change) => {
    const verdict = await changed(change)
    expect(failed(verdict)).toBe(expected)
    expect(verdict.state).toBe('mismatch')
    expect(verdict.events).toEqual([])
  })

  it.each<[string, string, (b: Bundle) => void]>([
    ['an event left out of the bundle', 'completeness HISTORY_MISSING', (b) => void b.events.pop()],
    ['a whole history left out', 'completeness HISTORY_MISSING', (b) => void leaveOut(b, LOT)],
    ['a statement left out', 'contents BUNDLE_MALFORMED', (b) => void b.statements.pop()],
    [
      'an entry claimed at another place',
      'inclusion PROOF_ROOT',
      (b) => {
        b.statements.at(-1)!.entry = b.seal.entry - 1
      },
    ],
  ])('refuses %s: %s, however well its ledger proves the rest', async (_name, expected, change) => {
    expect(failed(await changed(change, true))).toBe(expected)
  })

  it('refuses every flipped byte of the bundle', async () => {
    // Nothing in a bundle may be free to change: each byte is in a proof, or its change is seen in the form.
    for (let i = 0; i < good.length; i += 11) {
      const copy = good.slice()
      copy[i]! ^= 1 << (i % 8)
      expect((await read(copy)).state, `byte ${i}`).toBe('mismatch')
    }
  })

  it('says nothing good of a history of which something is withheld', async () => {
    const verdict = await changed((b) => {
      const link = b.histories[0]!.links.at(-1)!
      const at = b.events.findIndex((e) => e.entry === link.entry && e.position === link.position)
      const [event] = b.events.splice(at, 1)
      link.withheld = leafOf(event!)
    }, true)
    expect(verdict.state).toBe('unchecked')
    expect(verdict.checks.find((c) => c.id === 'completeness')).toMatchObject({
      status: 'unchecked',
      code: 'HISTORY_WITHHELD',
    })
  })

  describe('with witnesses in the policy', () => {
    const [one, two] = ['one', 'two'].map((name) => ({
      name: `${name}.example`,
      type: 4 as const,
      publicKey: publicKeyOf(seed(name)),
      sign: signOnNoble(seed(name)),
    }))
    const vkey = (w: NonNullable<typeof one>): string => formatVerifierKey(w.name, w.type, w.publicKey)
    const witnessed = (quorum: string): Trust => ({
      policy: parsePolicy(
        `log ${ledger.logKey}\nwitness a ${vkey(one!)}\nwitness b ${vkey(two!)}\ngroup both all a b\nquorum ${quorum}\n`,
      ),
    })
    const cosigned = (bundle: Bundle): void => {
      const { text, signatures } = parseNote(bundle.checkpoint)
      const [line] = parseNote(signNote(text, [one!], 1_795_000_000)).signatures
      bundle.checkpoint = formatNote({ text, signatures: [...signatures, line!] })
    }
    const witnesses = (v: Verdict): Check => v.checks.find((c) => c.id === 'witnesses')!

    it('passes when the quorum signed, and keeps the note that says so', async () => {
      const bundle = decodeBundle(good)
      cosigned(bundle)
      const verdict = await read(encodeBundle(bundle), PACK, witnessed('a'))
      expect(verdict.state).toBe('consistent')
      expect(witnesses(verdict)).toMatchObject({ status: 'passed', detail: { signed: 1, of: 2 } })
      expect(verdict.witnesses).toEqual([
        { name: 'a', signed: true },
        { name: 'b', signed: false },
      ])
      expect(rememberable(verdict)).toEqual({ ...verdict.checkpoint, note: bundle.checkpoint })
    })

    it('says nothing good below the quorum, and nothing bad: the rest is checked, the ledger’s word is remembered', async () => {
      const bundle = decodeBundle(good)
      cosigned(bundle)
      for (const [bytes, signed] of [
        [good, 0],
        [encodeBundle(bundle), 1],
      ] as const) {
        const verdict = await read(bytes, PACK, witnessed('both'))
        expect(verdict.state).toBe('unchecked')
        expect(failed(verdict)).toBe('none failed')
        expect(witnesses(verdict)).toEqual({
          id: 'witnesses',
          status: 'unchecked',
          code: 'POLICY_QUORUM',
          detail: { signed, of: 2 },
        })
        expect(verdict.checks.find((c) => c.id === 'signatures')?.status).toBe('passed')
        expect(verdict.events).toHaveLength(5)
        expect(rememberable(verdict)).toBeDefined()
      }
      const absent = await read(await buildBundle(NEVER, ledger.source()), NEVER, witnessed('both'))
      expect(absent.state).toBe('unchecked')
    })

    it('still tells what does not check out', async () => {
      const bundle = decodeBundle(good)
      bundle.events[3]!.event[40]! ^= 1
      const verdict = await read(encodeBundle(bundle), PACK, witnessed('both'))
      expect(verdict.state).toBe('mismatch')
      expect(failed(verdict)).toBe('contents PROOF_ROOT')
      expect(rememberable(verdict)).toBeUndefined()
    })
  })

  it('refuses a checkpoint by another key, and one of another ledger', async () => {
    const thief = signOnNoble(seed('thief'))
    const text = formatCheckpoint({ origin: ledger.origin, size: ledger.entries.length, root: ledger.root() })
    const forged = signNote(text, [
      { name: ledger.origin, type: 1, publicKey: publicKeyOf(seed('thief')), sign: thief },
    ])
    expect(
      failed(
        await changed((b) => {
          b.checkpoint = forged
        }),
      ),
    ).toMatch(/^checkpoint NOTE_/)
    expect(failed(await read(good, PACK, { policy: new MemoryLedger('ledger.example/other').policy }))).toMatch(
      /^checkpoint /,
    )
  })

  it('refuses what a key signed after it was revoked, and marks what it signed before', async () => {
    const { ledger: l, gateway: g } = life()
    l.govern({ op: 'revoke-key', key: toBase64Url(g.kid), reason: 'lost' })
    l.seal()
    const verdict = await verify(await buildBundle(PACK, l.source()), PACK, { policy: l.policy }, check)
    expect(verdict.state).toBe('consistent')
    expect(verdict.events.every((e) => e.signer.endedLater)).toBe(true)
    // A dishonest ledger takes the key's statement all the same: its own reader sees that the key was dead.
    const { statement, events } = g.statement('batch', [json(bare({ epcList: [PACK] }))])
    const key = [...l.state.keys.entries()].find(([, k]) => k.kind === 'gateway')!
    l.state.keys.set(key[0], { ...key[1], status: 'active' })
    expect(l.submit(statement, events).ok).toBe(true)
    l.seal()
    expect(failed(await verify(await buildBundle(PACK, l.source()), PACK, { policy: l.policy }, check))).toBe(
      'signatures KEY_INACTIVE',
    )
  })

  const sale = (id: string): Json =>
    json({
      ...bare({ epcList: [PACK], action: 'OBSERVE', bizStep: 'storing', disposition: 'in_progress' }),
      eventID: `urn:uuid:00000000-0000-4000-8000-0000000000${id}`,
    })
  type Recorded = ReturnType<TestSigner['statement']>
  const dishonest: [string, string, (one: Recorded, two: Recorded, g: TestSigner) => Recorded[]][] = [
    ['a statement twice', 'signatures SEQ_REPEATED', (one) => [one, one]],
    ['two statements in the wrong order', 'signatures SEQ_EXPECTED', (one, two) => [two, one]],
    [
      'two statements of one number',
      'signatures SEQ_EQUIVOCATION',
      (one, _two, g) => {
        g.seq -= 2
        return [one, g.statement('batch', [sale('99')])]
      },
    ],
    [
      'a statement that hangs on another chain',
      'signatures PREV_MISMATCH',
      (one, _two, g) => {
        g.seq -= 1
        g.prev = new Uint8Array(32).fill(9)
        return [one, g.statement('batch', [sale('98')])]
      },
    ],
  ]
  it.each(dishonest)('catches a ledger that recorded %s: %s', async (_name, expected, order) => {
    const { ledger: l, gateway: g } = life()
    const one = g.statement('batch', [sale('90')])
    const two = g.statement('batch', [sale('91')])
    for (const { statement, events } of order(one, two, g)) l.force(statement, events)
    l.seal()
    const verdict = await verify(await buildBundle(PACK, l.source()), PACK, { policy: l.policy }, check)
    expect(failed(verdict)).toBe(expected)
    expect(verdict.state).toBe('mismatch')
  })

  it('shows everything of goods whose gateway recorded an event twice, and what it did', async () => {
    const { ledger: l, gateway: g } = life()
    for (const one of [sale('90'), sale('91'), sale('90')]) {
      const { statement, events } = g.statement('batch', [one])
      expect(l.submit(statement, events).ok).toBe(true)
    }
    l.seal()
    const verdict = await verify(await buildBundle(PACK, l.source()), PACK, { policy: l.policy }, check)
    expect(failed(verdict)).toBe('none failed')
    expect(verdict.state).toBe('consistent')
    expect(verdict.findings).toContainEqual(expect.objectContaining({ code: 'EVENT_REPEATED', severity: 'warning' }))
    expect(verdict.events.filter(({ event }) => event.eventID.endsWith('90'))).toHaveLength(2)
  })

  it('remembers a ledger whose gateways contradict each other', async () => {
    const { ledger: l, gateway: g } = life()
    const one = sampleObjectEvent({ epcList: [PACK], action: 'OBSERVE', bizStep: 'storing' })
    const { ilmd: _, ...seen } = one
    const { statement, events } = g.statement('batch', [json(seen), json({ ...seen, bizStep: 'inspecting' })])
    expect(l.submit(statement, events).ok).toBe(true)
    l.seal()
    const verdict = await verify(await buildBundle(PACK, l.source()), PACK, { policy: l.policy }, check)
    expect([verdict.state, failed(verdict)]).toEqual(['mismatch', 'findings EVENT_REPEATED'])
    expect(rememberable(verdict)).toEqual({ ...verdict.checkpoint, note: verdict.note })
  })

  it('refuses events of no history: a dead key, shown with its enrolment and without its revocation', async () => {
    const { ledger: l } = life()
    const ghost = new TestSigner('ghost', 'https://id.gs1.org/8004/9506000134GHOST', YARD)
    const key = toBase64Url(ghost.publicKey)
    l.govern({
      op: 'enrol-gateway',
      org: 'farm',
      gateway: 'ghost',
      uri: ghost.iss,
      key,
      station: YARD,
      roles: ['sell'],
      login: toBase64Url(new Uint8Array(32)),
    })
    const enrolled = l.entries.length - 1
    l.govern({ op: 'revoke-key', key: toBase64Url(ghost.kid), reason: 'stolen' })
    const hex = toHex(ghost.kid)
    l.state.keys.set(hex, { ...l.state.keys.get(hex)!, status: 'active' })
    step(l, ghost, bare({ epcList: [OTHER_PACK], action: 'DELETE', bizStep: 'retail_selling' }))
    const forged = l.entries.length - 1
    l.seal()
    const source = l.source()
    const bundle = decodeBundle(await buildBundle(PACK, source))
    for (const entry of [enrolled, forged]) {
      const [event] = l.batches.get(entry)!
      bundle.statements.push({ entry, bytes: l.entries[entry]!, beside: [] })
      bundle.events.push({ entry, position: 0, ...event! })
    }
    await l.prove(bundle)
    const verdict = await verify(encodeBundle(bundle), PACK, { policy: l.policy }, check)
    expect(failed(verdict)).toBe('completeness HISTORY_SUBJECT')
  })

  it('is not larger than it must be', () => {
    expect(good.length).toBeLessThan(16_000)
    expect(gateway.seq).toBe(5)
  })
})
