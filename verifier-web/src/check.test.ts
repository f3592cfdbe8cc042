// A server that wants to deceive, answering the page: whatever it sends, the page says no more than what it could check.
import {
  type Bundle,
  buildBundle,
  decodeBundle,
  encodeBundle,
  eventLeaf,
  formatCheckpoint,
  formatNote,
  formatPolicy,
  formatVerifierKey,
  parseNote,
  publicKeyOf,
  type SaltedEvent,
  signNote,
  signOnNoble,
} from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SAMPLE, sampleObjectEvent } from '../../protocol/src/_events.ts'
import { enrolment, FARM, gatewayKey, RECALL_ID, recallOf } from '../../protocol/src/_governance.ts'
import { MemoryLedger, seed } from '../../protocol/src/_memory-ledger.ts'
import type { Json } from '../../protocol/src/canonical-json.ts'
import { ageOf } from './age.ts'
import { check } from './check.ts'
import { Memory } from './remembered.ts'

const OTHER_CASE = SAMPLE.item.replace('A001', 'a001')
const UNRECORDED = SAMPLE.item.replace('A001', 'NEVER')
const NOW = 1_795_000_000_000

/** The farm, its gateway, one pig; sealed. */
function farmLedger(origin = 'ledger.example/test'): { ledger: MemoryLedger; record: (...events: unknown[]) => void } {
  const ledger = new MemoryLedger(origin)
  const gateway = gatewayKey('gw1')
  ledger.govern(FARM)
  ledger.govern(enrolment(gateway, 'gw1', ['commission', 'ship']))
  const record = (...events: unknown[]): void => {
    const { statement, events: salted } = gateway.statement('batch', events as Json[])
    const admission = ledger.submit(statement, salted as SaltedEvent[])
    if (!admission.ok) throw new Error(admission.message)
    ledger.seal()
  }
  record(sampleObjectEvent())
  return { ledger, record }
}

const policyOf = (ledger: MemoryLedger): string => formatPolicy(ledger.policy)

/** What a server answers by path; a function may look at the whole address. */
type Answers = Record<string, (url: URL) => Response | Promise<Response>>

const cbor = (bytes: Uint8Array): Response =>
  new Response(bytes as BodyInit, { headers: { 'Content-Type': 'application/cbor' } })
const text = (words: string): Response =>
  new Response(words, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })

function shelf(): { map: Map<string, string>; memory: Memory } {
  const map = new Map<string, string>()
  const memory = new Memory({
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  })
  return { map, memory }
}

/** The verdict's word, and what it rests on: the check that failed, or why nothing could be asked. */
function saidOf({ state, verdict, failure }: Awaited<ReturnType<typeof check>>): string {
  const bad = verdict?.checks.find(
    ({ id, status, code }) => id !== 'inside' && (status === 'failed' || code !== undefined),
  )
  const why = failure === undefined ? bad && `${bad.id} ${bad.code}` : [failure.code, failure.status].join(' ').trim()
  return [state, why].filter((part) => part !== undefined).join(': ')
}

describe('what the page makes of a server that lies', () => {
  let ledger: MemoryLedger
  let record: (...events: unknown[]) => void
  let good: Uint8Array
  let answers: Answers
  let asked: string[]
  let { map, memory } = shelf()

  const history = (subject: string, since?: number): Promise<Uint8Array> => buildBundle(subject, ledger.source(), since)
  const honest = (): Answers => ({
    '/v1/policy': () => text(policyOf(ledger)),
    '/v1/history': async ({ searchParams }) =>
      cbor(await history(searchParams.get('subject')!, Number(searchParams.get('since') ?? 0) || undefined)),
  })
  const bundled = (change: (bundle: Bundle) => void, bytes: Uint8Array = good): Response => {
    const bundle = decodeBundle(bytes)
    change(bundle)
    return cbor(encodeBundle(bundle))
  }
  const visit = (subject: string = SAMPLE.item, elements = new Map<string, string>()) =>
    check(subject, elements, memory, () => NOW)

  beforeEach(async () => {
    ;({ ledger, record } = farmLedger())
    ;({ map, memory } = shelf())
    good = await history(SAMPLE.item)
    answers = honest()
    asked = []
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      asked.push(path)
      const url = new URL(path, 'http://page.example')
      const answer = answers[url.pathname]
      if (answer === undefined) throw new TypeError('no connection')
      return new Promise<Response>((resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        Promise.resolve(answer(url)).then(resolve, reject)
      })
    })
  })
  afterEach(() => void vi.unstubAllGlobals())

  it('agrees with an honest one, and remembers it', async () => {
    expect(saidOf(await visit())).toBe('consistent')
    expect(memory.checkpoint(ledger.origin)?.size).toBe(ledger.entries.length)
    record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
    expect(saidOf(await visit())).toBe('consistent')
    expect(saidOf(await visit(UNRECORDED))).toBe('none')
  })

  it('does not forget without a connection that the records did not agree', async () => {
    const { ilmd: _, ...event } = sampleObjectEvent({ action: 'OBSERVE', bizStep: 'shipping' })
    record(event)
    record({ ...event, disposition: 'in_transit' })
    expect(saidOf(await visit())).toBe('mismatch: findings EVENT_REPEATED')
    answers = {}
    const finding = await visit()
    expect(saidOf(finding)).toBe('unchecked: OFFLINE')
    expect(finding.verdict?.state).toBe('mismatch')
    // What was kept is damaged: that says nothing of the goods.
    const known = memory.kept(SAMPLE.item)!
    const damaged = decodeBundle(known.bundle)
    damaged.events.pop()
    memory.keep(SAMPLE.item, { ...known, bundle: encodeBundle(damaged) })
    expect((await visit()).verdict).toBeUndefined()
  })

  describe('to two tabs at once', () => {
    /** What another tab does while this one's proofs are under way. */
    const meanwhile = (act: () => void): void => {
      const { '/v1/history': honestly } = answers
      let left = 1
      answers['/v1/history'] = async (url) => {
        const answer = await honestly!(url)
        if (left-- > 0) act()
        return answer
      }
    }

    it('is held to the rules that the other pinned first', async () => {
      const { ledger: other } = farmLedger('ledger.example/other')
      meanwhile(() => memory.pinPolicy({ text: policyOf(other), firstSeenMs: 5 }))
      expect(saidOf(await visit())).toMatch(/^mismatch: checkpoint/)
      expect(memory.policy()?.text).toBe(policyOf(other))
    })

    it('cannot show each its own state', async () => {
      await visit()
      record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
      const size = ledger.entries.length
      for (const fork of [size, size + 1]) {
        meanwhile(() => memory.rememberCheckpoint(ledger.origin, { size: fork, root: new Uint8Array(32).fill(7) }))
        expect(saidOf(await visit())).toMatch(/^mismatch: ledger LEDGER_/)
        memory.forgetLedgers()
        await visit()
        record(sampleObjectEvent({ epcList: [`${OTHER_CASE}${fork}`] }))
      }
    })

    it('does not begin anew for ever where a state was kept, and its rules found no room', async () => {
      await visit()
      map.delete('tristamp/1/policy')
      record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
      expect(saidOf(await visit())).toBe('consistent')
      expect(asked.filter((path) => path.startsWith('/v1/history'))).toHaveLength(2)
    })

    it('says that it could not check where others are faster each time, and shows its last check', async () => {
      await visit()
      const { '/v1/history': honestly } = answers
      asked = []
      answers['/v1/history'] = async (url) => {
        const answer = await honestly!(url)
        memory.pinPolicy({ text: `${policyOf(ledger)}# ${asked.length}\n`, firstSeenMs: 5 })
        return answer
      }
      const finding = await visit()
      expect(saidOf(finding)).toBe('unchecked: OVERTAKEN')
      expect(finding.verdict?.state).toBe('consistent')
      expect(asked).toHaveLength(4)
      answers = honest()
      expect(saidOf(await visit())).toBe('consistent')
    })

    it('is asked once where both were shown the same', async () => {
      meanwhile(() => memory.pinPolicy({ text: policyOf(ledger), firstSeenMs: 5 }))
      expect(saidOf(await visit())).toBe('consistent')
      expect(memory.policy()?.firstSeenMs).toBe(5)
      expect(asked.filter((path) => path.startsWith('/v1/history'))).toHaveLength(1)
    })
  })

  it('is no reason to doubt the clock for ever that was a year ahead at the first visit', async () => {
    const YEAR = 365 * 86_400_000
    const at = (ms: number) => check(SAMPLE.item, new Map(), memory, () => ms)
    const ahead = ledger.timeMs + YEAR
    await at(ahead)
    // A state that was there before proves nothing of now: the clock may be turned back to it.
    const doubted = await at(ledger.timeMs)
    expect([doubted.policySinceMs, ageOf(doubted, ledger.timeMs)?.kind]).toEqual([ahead, 'behind'])
    record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
    expect((await at(ledger.timeMs - YEAR)).policySinceMs).toBe(ahead)
    record(sampleObjectEvent({ epcList: [`${OTHER_CASE}B`] }))
    const sure = await at(ledger.timeMs)
    expect([sure.policySinceMs, ageOf(sure, ledger.timeMs)]).toEqual([ledger.timeMs, undefined])
    expect(memory.policy()?.firstSeenMs).toBe(ledger.timeMs)
  })

  describe('in its proofs', () => {
    type Lie = [what: string, said: string | RegExp, answer: () => Response | Promise<Response>]
    const lies: Lie[] = [
      [
        'the proofs of another product',
        'mismatch: completeness HISTORY_MISSING',
        async () => cbor(await history(UNRECORDED)),
      ],
      [
        'the proofs of a number that differs by case',
        'mismatch: completeness HISTORY_MISSING',
        async () => {
          record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
          return cbor(await history(OTHER_CASE))
        },
      ],
      [
        'the proof that another number has no record, under this name',
        'mismatch: completeness HISTORY_PROOF',
        async () =>
          bundled(
            (b) => {
              b.histories[0]!.subject = SAMPLE.item
            },
            await history(UNRECORDED),
          ),
      ],
      [
        'an empty history',
        'mismatch: completeness HISTORY_PROOF',
        () =>
          bundled((b) => {
            b.histories.find((h) => h.subject === SAMPLE.item)!.links = []
          }),
      ],
      [
        'the proofs of another ledger',
        'mismatch: checkpoint CHECKPOINT_ORIGIN',
        async () => {
          ;({ ledger } = farmLedger('ledger.example/other'))
          return cbor(await history(SAMPLE.item))
        },
      ],
      [
        'no CBOR at all, by its own name',
        'unchecked: BUNDLE_MALFORMED',
        () => cbor(new TextEncoder().encode('<html>')),
      ],
      ['nothing', 'unchecked: BUNDLE_MALFORMED', () => cbor(new Uint8Array())],
      ['half of it', 'unchecked: BUNDLE_MALFORMED', () => cbor(good.subarray(0, good.length >> 1))],
      ['one byte too many', 'unchecked: BUNDLE_MALFORMED', () => cbor(Uint8Array.from([...good, 0]))],
      [
        'something withheld',
        'unchecked: completeness HISTORY_WITHHELD',
        async () => {
          const { ilmd: _, ...sent } = sampleObjectEvent({
            action: 'OBSERVE',
            bizStep: 'shipping',
            disposition: 'in_transit',
          })
          record(sent)
          const b = decodeBundle(await history(SAMPLE.item))
          const { entry } = b.histories.find((h) => h.subject === SAMPLE.item)!.links[1]!
          const [event] = b.events.splice(
            b.events.findIndex((one) => one.entry === entry),
            1,
          )
          for (const link of b.histories.flatMap(({ links }) => links))
            if (link.entry === entry) link.withheld = eventLeaf(event!)
          await ledger.prove(b)
          return cbor(encodeBundle(b))
        },
      ],
      [
        'a checkpoint that another log’s witness cosigned',
        'consistent',
        () =>
          bundled((b) => {
            const note = parseNote(b.checkpoint)
            const stranger = {
              name: 'w.example',
              type: 4 as const,
              publicKey: publicKeyOf(seed('w')),
              sign: signOnNoble(seed('w')),
            }
            b.checkpoint = formatNote({
              ...note,
              signatures: [...note.signatures, parseNote(signNote(note.text, [stranger], 1)).signatures[0]!],
            })
          }),
      ],
    ]
    it.each(lies)('%s: %s', async (_, said, answer) => {
      const before = policyOf(ledger)
      answers['/v1/history'] = answer
      answers['/v1/policy'] = () => text(before)
      const finding = await visit()
      expect(saidOf(finding)).toMatch(said)
      if (finding.state === 'mismatch') {
        expect(finding.verdict).toMatchObject({ events: [], recalls: [] })
        // Nothing is learnt from a lie.
        expect(map.size).toBe(0)
      }
    })
  })

  it('does not take a quorum from witnesses that its policy does not name', async () => {
    const witness = (name: string) => ({
      ...{ name, type: 4 as const, publicKey: publicKeyOf(seed(name)), sign: signOnNoble(seed(name)) },
    })
    const [ours, theirs] = [witness('one.example'), witness('two.example')]
    const vkey = formatVerifierKey(ours.name, ours.type, ours.publicKey)
    answers['/v1/policy'] = () => text(policyOf(ledger).replace('quorum none', `witness w ${vkey}\nquorum w`))
    const cosigned = (witnesses: readonly (typeof ours)[]) =>
      bundled((b) => {
        const note = parseNote(b.checkpoint)
        const lines = witnesses.flatMap((one) => parseNote(signNote(note.text, [one], 1_795_000_000)).signatures)
        b.checkpoint = formatNote({ ...note, signatures: [...note.signatures, ...lines] })
      })
    const renamed = { ...theirs, name: ours.name }
    for (const [witnesses, said] of [
      [[], 'unchecked: witnesses POLICY_QUORUM'],
      [[theirs], 'unchecked: witnesses POLICY_QUORUM'],
      [[renamed], 'unchecked: witnesses POLICY_QUORUM'],
      [[ours], 'consistent'],
    ] as const) {
      answers['/v1/history'] = () => cosigned(witnesses)
      expect(saidOf(await visit())).toBe(said)
    }
  })

  describe('after this device saw the ledger', () => {
    /** What the server would have to show: the state of before, as it was. */
    let before: Uint8Array

    beforeEach(async () => {
      before = good
      record(sampleObjectEvent({ epcList: [OTHER_CASE] }))
      expect(saidOf(await visit())).toBe('consistent')
    })

    it('catches the state of before, which a recall since is not in', async () => {
      ledger.govern(recallOf([SAMPLE.lot]))
      ledger.seal()
      expect(saidOf(await visit())).toBe('recalled')
      const kept = new Map(map)
      answers['/v1/history'] = () => cbor(before)
      expect(saidOf(await visit())).toBe('mismatch: ledger LEDGER_ROLLBACK')
      expect(map).toEqual(kept)
    })

    it('catches a fork, with both notes that prove it', async () => {
      const fork = farmLedger()
      for (let i = 0; i < 3; i++) fork.record(sampleObjectEvent({ epcList: [`${UNRECORDED}${i}`] }))
      const seen = memory.checkpoint(ledger.origin)!
      for (const since of [undefined, seen.size]) {
        const lie = await buildBundle(SAMPLE.item, fork.ledger.source(), since)
        answers['/v1/history'] = () => cbor(lie)
        const finding = await visit()
        expect(saidOf(finding)).toBe('mismatch: ledger LEDGER_FORK')
        expect(finding.conflict?.before).toBe(seen.note)
        expect(finding.conflict?.now).toBe(finding.verdict?.note)
      }
    })

    it('catches growth that is not proved, or proved from elsewhere', async () => {
      const { size } = memory.checkpoint(ledger.origin)!
      record(sampleObjectEvent({ epcList: [UNRECORDED] }))
      for (const since of [undefined, 3]) {
        const lie = await history(SAMPLE.item, since)
        answers['/v1/history'] = () => cbor(lie)
        expect(saidOf(await visit())).toBe('mismatch: ledger LEDGER_FORK')
      }
      answers['/v1/history'] = async () => cbor(await history(SAMPLE.item, size))
      expect(saidOf(await visit())).toBe('consistent')
    })

    it('keeps its rules: another policy is not even asked for, nor another ledger believed', async () => {
      const other = farmLedger('ledger.example/other').ledger
      answers['/v1/policy'] = () => text(policyOf(other))
      answers['/v1/history'] = async () => cbor(await buildBundle(SAMPLE.item, other.source()))
      asked = []
      expect(saidOf(await visit())).toBe('mismatch: checkpoint CHECKPOINT_ORIGIN')
      expect(asked.map((path) => path.split('?')[0])).toEqual(['/v1/history'])
      // The same name, and a key of its own.
      const twin = farmLedger().ledger
      const thief = {
        name: twin.origin,
        type: 1 as const,
        publicKey: publicKeyOf(seed('thief')),
        sign: signOnNoble(seed('thief')),
      }
      const note = formatCheckpoint({ origin: twin.origin, size: twin.entries.length, root: twin.root() })
      answers['/v1/history'] = () =>
        bundled((b) => {
          b.checkpoint = signNote(note, [thief])
        })
      expect(saidOf(await visit())).toMatch(/^mismatch: checkpoint NOTE_/)
    })

    it('shows what it last checked where there is no answer, and says that it is that', async () => {
      answers = {}
      const finding = await visit()
      expect(saidOf(finding)).toBe('unchecked: OFFLINE')
      expect(finding).toMatchObject({ verdict: { state: 'consistent' }, checkedAtMs: NOW })
      const none = await visit(UNRECORDED)
      expect(none.verdict).toBeUndefined()
    })

    it('shows nothing of a kept check that somebody changed, or an older page kept', async () => {
      answers = {}
      const key = `tristamp/1/kept/${SAMPLE.item}`
      const kept = map.get(key)!
      for (const value of [
        kept.replace('AAA', 'AAB'),
        '{',
        'null',
        '7',
        kept.replace(/"bundle":"[^"]+"/, '"bundle":"AAAA"'),
        // One of the form before this one.
        kept.replace(/"bundle":"[^"]+"/, `"bundle":"${btoa('\x89\x71tristamp-bundle/1')}"`),
      ]) {
        map.set(key, value)
        const finding = await visit()
        expect([value.slice(0, 40), saidOf(finding), finding.verdict]).toEqual([
          value.slice(0, 40),
          'unchecked: OFFLINE',
          undefined,
        ])
      }
    })
  })

  describe('in its rules, at a first visit', () => {
    it.each<[string, string, (policy: string) => Response]>([
      ['a page', 'unchecked: POLICY_MALFORMED', () => text('<!doctype html>\n')],
      ['nothing', 'unchecked: POLICY_MALFORMED', () => text('')],
      ['rules that do not end', 'unchecked: POLICY_MALFORMED', (policy) => text(policy.trimEnd())],
      ['no log', 'mismatch: checkpoint CHECKPOINT_ORIGIN', () => text('quorum none\n')],
      ['more than rules can be', 'unchecked: SIZE', () => text('#'.repeat(70_000))],
      [
        'another ledger’s rules',
        'mismatch: checkpoint CHECKPOINT_ORIGIN',
        () => text(policyOf(new MemoryLedger('ledger.example/other'))),
      ],
    ])('%s: %s', async (_, said, answer) => {
      const policy = policyOf(ledger)
      answers['/v1/policy'] = () => answer(policy)
      expect(saidOf(await visit())).toBe(said)
      expect(map.size).toBe(0)
    })

    it('says that it trusts them for the first time: a whole other ledger cannot be noticed', async () => {
      const other = farmLedger('ledger.example/other').ledger
      answers['/v1/policy'] = () => text(policyOf(other))
      answers['/v1/history'] = async () => cbor(await buildBundle(SAMPLE.item, other.source()))
      const finding = await visit()
      expect(saidOf(finding)).toBe('consistent')
      expect(finding.policySinceMs).toBeUndefined()
      expect((await visit()).policySinceMs).toBe(NOW)
    })
  })

  describe('on the line', () => {
    const endless = (chunk: number): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(chunk)),
        }),
        { headers: { 'Content-Type': 'application/cbor' } },
      )
    const broken = (): Response =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(good.subarray(0, 900))
            controller.error(new TypeError('the line broke'))
          },
        }),
        { headers: { 'Content-Type': 'application/cbor' } },
      )
    const html = (status = 200): Response =>
      new Response('<!doctype html><h1>All is well</h1>', { status, headers: { 'Content-Type': 'text/html' } })

    it.each<[string, string, () => Response]>([
      ['404', 'unchecked: SERVER 404', () => html(404)],
      ['500', 'unchecked: SERVER 500', () => html(500)],
      ['503', 'unchecked: SERVER 503', () => html(503)],
      ['the right proofs as 404', 'unchecked: SERVER 404', () => new Response(good as BodyInit, { status: 404 })],
      ['a page of a hotel', 'unchecked: SERVER 200', () => html()],
      ['no body', 'unchecked: SERVER 204', () => new Response(null, { status: 204 })],
      ['more than proofs can be', 'unchecked: SIZE', () => cbor(new Uint8Array(4 * 1024 * 1024 + 1))],
      ['without an end', 'unchecked: SIZE', () => endless(1 << 16)],
      ['a line that breaks', 'unchecked: OFFLINE', broken],
    ])('%s: %s', async (_, said, answer) => {
      answers['/v1/history'] = answer
      expect(saidOf(await visit())).toBe(said)
      expect(map.size).toBe(0)
    })

    it('does not wait for ever', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        // Also where the browser is too old to know a signal that ends by itself.
        vi.stubGlobal('AbortSignal', undefined)
        answers['/v1/history'] = () => new Promise<Response>(() => undefined)
        const finding = visit()
        expect(asked).toHaveLength(2)
        await vi.advanceTimersByTimeAsync(60_000)
        expect(saidOf(await finding)).toBe('unchecked: TIMEOUT')
      } finally {
        vi.useRealTimers()
      }
    })
  })

  describe('about a recall of goods that nobody recorded', () => {
    const elements = new Map([
      ['01', '09506000134352'],
      ['10', 'L7'],
      ['21', 'NEVER'],
    ])
    let before: MemoryLedger

    beforeEach(() => {
      before = farmLedger().ledger
      ledger.govern(recallOf([SAMPLE.lot]))
      ledger.seal()
    })

    it('finds it by the lot that stands in the code, and knows it without a line', async () => {
      expect((await visit(UNRECORDED, elements)).state).toBe('recalled')
      answers = {}
      expect(await visit(UNRECORDED, elements)).toMatchObject({
        ...{ state: 'unchecked', failure: { code: 'OFFLINE' } },
        verdict: { state: 'recalled', recalls: [{ recall: { id: RECALL_ID } }] },
      })
    })

    it('does not take the lot’s state of before for one of now', async () => {
      const lie = await buildBundle(SAMPLE.lot, before.source())
      const { '/v1/history': true_ } = answers
      answers['/v1/history'] = (url) => (url.searchParams.get('subject') === SAMPLE.lot ? cbor(lie) : true_!(url))
      const finding = await visit(UNRECORDED, elements)
      expect(saidOf(finding)).toBe('mismatch: ledger LEDGER_ROLLBACK')
    })

    it('says no more than that nothing is recorded where the lot’s proofs come damaged', async () => {
      const { '/v1/history': true_ } = answers
      answers['/v1/history'] = (url) =>
        url.searchParams.get('subject') === SAMPLE.lot ? cbor(Uint8Array.of(1, 2)) : true_!(url)
      expect(saidOf(await visit(UNRECORDED, elements))).toBe('none')
    })
  })
})
