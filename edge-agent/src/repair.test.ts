import { createHash, randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, fromUtf8, utf8 } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import { observation } from './_observation.ts'
import { SmallLedger } from './_small-ledger.ts'
import type { AgentConfig } from './config.ts'
import type { AgentError } from './error.ts'
import { initAgent } from './init.ts'
import { readKeyFile } from './key-file.ts'
import type { Outbox } from './outbox.ts'
import { numberKey } from './outbox-head.ts'
import { recoverAgent } from './recover.ts'
import { isDamage, type OpenedOutbox, openOutbox, repairedError, repairOutbox } from './repair.ts'
import { encodeReport } from './report-event.ts'
import { Signer } from './signer.ts'
import type { Store, Write } from './store.ts'

const MOMENT = { ms: 1_795_000_000_000, source: 'gnss', uncertaintyMs: 200, bootId: 'b', monotonicMs: 1 } as const
const BOOT = '11111111-2222-4333-8444-555555555555'

/** A gateway on a disk, and what the world has seen of it. */
class Play {
  readonly config: AgentConfig
  readonly signer: Signer
  readonly ledger: SmallLedger
  readonly accepted: string[] = []
  opened!: OpenedOutbox

  private constructor(config: AgentConfig) {
    this.config = config
    this.signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
    this.ledger = new SmallLedger(this.signer, config.gateway)
  }

  static async begin(): Promise<Play> {
    const config = gatewayConfig()
    await initAgent(config)
    const play = new Play(config)
    await play.open()
    return play
  }

  get folder(): string {
    return join(this.config.data, 'outbox')
  }

  get outbox(): Outbox {
    return this.opened.outbox
  }

  get store(): Store {
    return this.opened.store
  }

  async open(suspect = false): Promise<void> {
    this.opened = await openOutbox(this.folder, this.config.data, this.signer, suspect)
  }

  async close(): Promise<void> {
    await this.store.close()
  }

  async accept(count: number): Promise<void> {
    const events = Array.from({ length: count }, observation)
    await Promise.all(events.map((event) => this.outbox.accept([event], [])))
    this.accepted.push(...events.map((event) => (JSON.parse(fromUtf8(event)) as { eventID: string }).eventID))
  }

  async sign(maxEvents = 3): Promise<void> {
    while (await this.outbox.sign(maxEvents, (events, at) => this.signer.signBatch(events, at, MOMENT.ms)));
  }

  /** What may be sent, as it stands. */
  async sendable(): Promise<Uint8Array[]> {
    const payloads: Uint8Array[] = []
    for (let seq = this.outbox.acked; seq < this.outbox.nextSeq; seq++) payloads.push(await this.outbox.batch(seq))
    return payloads
  }

  /** Until all is recorded; damage that shows only now is repaired on the way. */
  async drain(): Promise<void> {
    try {
      await this.sendAll()
    } catch (error) {
      if (!isDamage(error)) throw error
      await this.close()
      await repairOutbox(this.folder, this.config.data, this.signer)
      await this.open()
      await this.sendAll()
    }
  }

  /** Sends one batch after the other and heeds every answer, as the uplink does. */
  async sendAll(): Promise<void> {
    if (this.ledger.key.nextSeq > 0) await this.outbox.acknowledge(this.ledger.key.nextSeq, this.ledger.key.prev)
    for (let round = 0; round < 50; round++) {
      await this.sign()
      await this.outbox.declare(({ events, ...gap }, at) => {
        const moment = { ...MOMENT, bootId: BOOT }
        const report = { kind: 'gap', ...gap, ...(events !== undefined && { events }) } as const
        const event = encodeReport(report, moment, 'UTC')
        return this.signer.signBatch([{ salt: randomBytes(16), event }], at, MOMENT.ms)
      })
      const { acked, nextSeq } = this.outbox
      if (acked === nextSeq && this.outbox.unsigned === 0 && !this.outbox.lost) return
      if (acked === nextSeq) continue
      const { ok, next, prev } = this.ledger.take(await this.outbox.batch(acked))
      if (ok || next > acked) await this.outbox.acknowledge(next, prev)
      else await this.outbox.corrected(next, prev)
    }
    throw new Error(`not drained: ${JSON.stringify(this.outbox.lost)}`)
  }

  /** Files of the database by their ending, the largest first. */
  files(ending: RegExp): string[] {
    const size = (path: string): number => readFileSync(path).length
    return readdirSync(this.folder)
      .filter((name) => ending.test(name))
      .map((name) => join(this.folder, name))
      .sort((a, b) => size(b) - size(a))
  }

  /** Numbers that were declared lost, and events, if every declaration counted them. */
  get declared(): { numbers: number; events: number | undefined } {
    let numbers = 0
    let events: number | undefined = 0
    for (const report of this.ledger.reports) {
      if (report.kind !== 'gap') continue
      numbers += report.to - report.from
      events = events === undefined || report.events === undefined ? undefined : events + report.events
    }
    return { numbers, events }
  }
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at < 0 ? bytes.length + at : at]! ^= 0x10
  writeFileSync(path, bytes)
}

function zero(path: string, last: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0, Math.max(0, bytes.length - last))
  writeFileSync(path, bytes)
}

const log = (play: Play): string => play.files(/\.log$/)[0]!
const head = (play: Play, name = 'head.json'): string => join(play.config.data, name)

type Damage = (play: Play) => void | Promise<void>

const none: Damage = () => undefined
const both =
  (...damages: Damage[]): Damage =>
  async (play) => {
    for (const damage of damages) await damage(play)
  }

/** What was done to the disk, and whether something must be gone. */
const DAMAGES: [string, 'whole' | 'lossy' | 'either', Damage][] = [
  ['the log cut by a few bytes', 'lossy', (p) => truncateSync(log(p), readFileSync(log(p)).length - 5)],
  ['the log cut by much', 'lossy', (p) => truncateSync(log(p), readFileSync(log(p)).length >> 1)],
  ['the log emptied', 'lossy', (p) => truncateSync(log(p), 0)],
  ['the log’s end zeroed', 'lossy', (p) => zero(log(p), 4096)],
  ['a byte flipped in the middle of the log', 'lossy', (p) => flip(log(p), readFileSync(log(p)).length >> 1)],
  ['a byte flipped early in the log', 'lossy', (p) => flip(log(p), 200)],
  ['the log removed', 'lossy', (p) => rmSync(log(p))],
  ['CURRENT removed', 'whole', (p) => rmSync(join(p.folder, 'CURRENT'))],
  ['CURRENT with rubbish in it', 'whole', (p) => writeFileSync(join(p.folder, 'CURRENT'), 'MANIFEST-999999\n')],
  ['MANIFEST removed', 'whole', (p) => rmSync(p.files(/^MANIFEST/)[0]!)],
  ['MANIFEST cut', 'whole', (p) => truncateSync(p.files(/^MANIFEST/)[0]!, 10)],
  ['every byte of MANIFEST zero', 'whole', (p) => zero(p.files(/^MANIFEST/)[0]!, 1e6)],
  ['the whole folder lost', 'lossy', (p) => rmSync(p.folder, { recursive: true })],
  [
    'every file in the folder empty',
    'lossy',
    (p) => {
      for (const path of p.files(/./)) truncateSync(path, 0)
    },
  ],
  ['head.json removed', 'whole', (p) => rmSync(head(p))],
  ['head.json zeroed', 'whole', (p) => zero(head(p), 1e6)],
  ['a digit flipped in head.json', 'whole', (p) => flip(head(p), 80)],
  ['the older head.json removed', 'whole', (p) => rmSync(head(p, 'head.json.old'))],
  [
    'head.json removed and the log cut',
    'lossy',
    both(
      (p) => rmSync(head(p)),
      (p) => truncateSync(log(p), readFileSync(log(p)).length >> 1),
    ),
  ],
  [
    'both heads removed',
    'either',
    both(
      (p) => rmSync(head(p)),
      (p) => rmSync(head(p, 'head.json.old')),
    ),
  ],
  [
    'both heads removed and the log cut',
    'lossy',
    both(
      (p) => rmSync(head(p)),
      (p) => rmSync(head(p, 'head.json.old')),
      (p) => truncateSync(log(p), readFileSync(log(p)).length >> 1),
    ),
  ],
]

/** The same when what was written has become tables. */
const TABLE_DAMAGES: [string, 'whole' | 'lossy' | 'either', Damage][] = [
  ['a table removed', 'lossy', (p) => rmSync(p.files(/\.ldb$/)[0]!)],
  ['a table cut', 'lossy', (p) => truncateSync(p.files(/\.ldb$/)[0]!, 2000)],
  [
    'a table’s beginning overwritten',
    'either',
    (p) => writeFileSync(p.files(/\.ldb$/)[0]!, randomBytes(100), { flag: 'r+' }),
  ],
  ['a table’s end overwritten', 'lossy', (p) => zero(p.files(/\.ldb$/)[0]!, 60)],
  ['a byte flipped in a table', 'either', (p) => flip(p.files(/\.ldb$/)[0]!, 3000)],
  ['CURRENT removed', 'whole', (p) => rmSync(join(p.folder, 'CURRENT'))],
]

/** What the ledger has got of the batches that it has not acknowledged, and when. */
const ARRIVALS = ['nothing more', 'all that was sent', 'half of it', 'the rest while the loss is declared'] as const

async function played(damage: Damage, arrival: (typeof ARRIVALS)[number], tables: boolean): Promise<Play> {
  const play = await Play.begin()
  await play.accept(9)
  await play.sign()
  for (const payload of await play.sendable()) play.ledger.take(payload)
  await play.outbox.acknowledge(play.ledger.key.nextSeq, play.ledger.key.prev)
  await play.accept(24)
  await play.sign()
  const sent = await play.sendable()
  const count =
    { 'nothing more': 0, 'all that was sent': sent.length, 'half of it': sent.length >> 1 }[arrival as string] ?? 2
  for (const payload of sent.slice(0, count)) play.ledger.take(payload)
  await play.accept(5)
  await play.close()
  if (tables) {
    await play.open()
    await play.close()
  }
  await damage(play)
  await play.open()
  await play.accept(4)
  if (arrival === 'the rest while the loss is declared') {
    await play.outbox.acknowledge(play.ledger.key.nextSeq, play.ledger.key.prev)
    await play.outbox.declare(({ events: _, ...gap }, at) => {
      const event = encodeReport({ kind: 'gap', ...gap }, { ...MOMENT, bootId: BOOT }, 'UTC')
      return play.signer.signBatch([{ salt: randomBytes(16), event }], at, MOMENT.ms)
    })
    // A broker in between still had them.
    for (const payload of sent.slice(2, 5)) play.ledger.take(payload)
  }
  await play.drain()
  return play
}

describe.each([
  ['in its log', false, DAMAGES],
  ['in its tables', true, TABLE_DAMAGES],
] as const)('an outbox that is damaged %s', (_, tables, damages) => {
  describe.each(ARRIVALS)('when the ledger has got %s', (arrival) => {
    // Where nothing is lost, what the ledger has got changes little.
    const telling = arrival === 'half of it' ? damages : damages.filter(([, expected]) => expected !== 'whole')
    it.each([['nothing', 'whole', none] as const, ...telling])(
      '%s: goes on, and every loss is declared',
      async (_name, expected, damage) => {
        const play = await played(damage, arrival, tables)
        const { ledger, accepted } = play
        const recorded = new Set(ledger.eventIDs)
        expect(ledger.twice).toEqual([])
        expect(recorded.size).toBe(ledger.eventIDs.length)
        expect(ledger.eventIDs.filter((id) => !accepted.includes(id))).toEqual([])
        const missing = accepted.filter((id) => !recorded.has(id)).length
        const { numbers, events } = play.declared
        if (expected === 'whole') expect([missing, numbers]).toEqual([0, 0])
        // Whoever reads the ledger knows that something is missing, and never less than is.
        if (missing > 0) expect(numbers).toBeGreaterThan(0)
        if (events !== undefined) expect(events).toBeGreaterThanOrEqual(missing)
        // What came after the repair is all there.
        for (const id of accepted.slice(-4)) expect(recorded.has(id)).toBe(true)
        await play.close()
        // And what stands there now is whole.
        await play.open()
        expect(play.opened.repaired).toBeUndefined()
        await play.close()
      },
    )
  })
})

describe('a repair', () => {
  it('counts what is lost exactly where the end of the log is gone', async () => {
    const play = await played((p) => truncateSync(log(p), readFileSync(log(p)).length >> 1), 'nothing more', false)
    const missing = play.accepted.filter((id) => !play.ledger.eventIDs.includes(id)).length
    expect(missing).toBeGreaterThan(0)
    expect(play.declared.events).toBe(missing)
    await play.close()
  })

  it('keeps what survived behind a hole: its events are signed anew, its statements never recorded', async () => {
    const play = await Play.begin()
    await play.accept(15)
    await play.sign()
    for (const space of ['batch', 'link'] as const)
      await play.store.commit([{ type: 'del', space, key: '0000000000000002' }])
    await play.close()
    await play.open()
    expect(play.opened.repaired).toMatchObject({ batches: 4, lost: { from: 2, to: 5 } })
    await play.drain()
    expect(new Set(play.ledger.eventIDs)).toEqual(new Set([...play.accepted.slice(0, 6), ...play.accepted.slice(9)]))
    expect(play.ledger.eventIDs).toHaveLength(12)
    expect(play.ledger.reports).toEqual([{ kind: 'gap', from: 2, to: 5, reason: 'disk', events: 3 }])
    expect(play.ledger.twice).toEqual([])
    await play.close()
  })

  it('finds them all recorded: then nothing is declared', async () => {
    const play = await Play.begin()
    await play.accept(15)
    await play.sign()
    for (const payload of await play.sendable()) play.ledger.take(payload)
    await play.close()
    rmSync(play.folder, { recursive: true })
    await play.open()
    await play.accept(1)
    await play.drain()
    expect(play.ledger.eventIDs).toEqual(play.accepted)
    expect(play.ledger.reports).toEqual([])
    await play.close()
  })

  it('tells of accepted events that are gone, though no batch is', async () => {
    const play = await Play.begin()
    await play.accept(6)
    await play.sign()
    await play.accept(4)
    await play.store.commit([{ type: 'del', space: 'event', key: '0000000000000008' }])
    await play.close()
    await play.open()
    await play.drain()
    expect(play.ledger.reports).toEqual([{ kind: 'gap', from: 2, to: 3, reason: 'disk', events: 1 }])
    expect(play.ledger.eventIDs).toHaveLength(9)
    await play.close()
  })

  it.each(['event', 'batch'] as const)(
    'never signs or sends a flipped bit that the database gives back: %s',
    async (space) => {
      const play = await Play.begin()
      await play.accept(6)
      if (space === 'batch') await play.sign()
      const key = '0000000000000001'
      const value = (await play.store.get(space, key))!
      value[value.length - 20]! ^= 1
      await play.store.commit([{ type: 'put', space, key, value }])
      const work = space === 'event' ? play.sign() : play.outbox.batch(1)
      await expect(work).rejects.toMatchObject({ code: 'OUTBOX_DAMAGED' })
      await play.close()
    },
  )

  it.each(['000000000000000x', '0000000000000021'])(
    'signs no event anew that came back under a damaged number: %s',
    async (key) => {
      const play = await Play.begin()
      await play.accept(6)
      const value = (await play.store.get('event', '0000000000000001'))!
      await play.sign()
      for (const payload of await play.sendable()) play.ledger.take(payload)
      await play.accept(2)
      // The batch that has it is gone, and so is its deletion.
      await play.store.commit([
        { type: 'put', space: 'event', key, value },
        { type: 'del', space: 'batch', key: '0000000000000000' },
        { type: 'del', space: 'link', key: '0000000000000000' },
      ])
      await play.close()
      await play.open()
      expect(play.opened.repaired).toBeDefined()
      await play.drain()
      expect(play.ledger.eventIDs).toEqual(play.accepted)
      await play.close()
    },
  )

  it('does not believe a head with another digit', async () => {
    const play = await Play.begin()
    await play.accept(6)
    await play.sign()
    const head = fromUtf8((await play.store.get('head', 'head'))!)
    const value = utf8(head.replace('"firstEvent":6', '"firstEvent":5'))
    await play.store.commit([{ type: 'put', space: 'head', key: 'head', value }])
    await play.close()
    await play.open()
    expect(play.opened.repaired).toMatchObject({ batches: 2, events: 0 })
    await play.accept(1)
    await play.drain()
    expect(play.ledger.eventIDs).toEqual(play.accepted)
    expect(play.ledger.reports).toEqual([])
    await play.close()
  })

  it('takes over what an earlier version wrote', async () => {
    const play = await Play.begin()
    await play.accept(2)
    const head = fromUtf8((await play.store.get('head', 'head'))!).split('\n')[0]!
    const records = await Promise.all(
      [0, 1].map(async (n): Promise<Write> => {
        const key = numberKey(n)
        const salted = (await play.store.get('event', key))!.subarray(8)
        const sum = createHash('sha256').update(salted).digest().subarray(0, 8)
        return { type: 'put', space: 'event', key, value: concat(new Uint8Array(sum), salted) }
      }),
    )
    await play.store.commit([...records, { type: 'put', space: 'head', key: 'head', value: utf8(head) }])
    await play.close()
    await play.open()
    expect(play.opened.repaired).toBeUndefined()
    await play.drain()
    expect(play.ledger.eventIDs).toEqual(play.accepted)
    await play.close()
  })

  it('finds nothing wrong with a whole outbox that is suspected', async () => {
    const play = await Play.begin()
    await play.accept(6)
    await play.sign()
    await play.close()
    await play.open(true)
    expect(play.opened.repaired).toBeUndefined()
    expect(readdirSync(play.config.data).filter((name) => /^outbox\./.test(name))).toEqual([])
    await play.close()
  })

  it('keeps the damaged folder as it was, and no more than three', async () => {
    const play = await Play.begin()
    for (let i = 0; i < 5; i++) {
      await play.accept(2)
      await play.close()
      truncateSync(log(play), 0)
      const before = readdirSync(play.folder)
      await play.open()
      const { aside } = play.opened.repaired!
      expect(readdirSync(aside!)).toEqual(before)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(readdirSync(play.config.data).filter((name) => name.startsWith('outbox.damaged-'))).toHaveLength(3)
    await play.close()
  })

  it('goes on where a power cut interrupted it', async () => {
    const play = await Play.begin()
    await play.accept(6)
    await play.sign()
    await play.close()
    const data = play.config.data
    // Before the swap: the copies are rubbish.
    cpSync(play.folder, join(data, 'outbox.making'), { recursive: true })
    await play.open()
    await play.close()
    // In the middle of it.
    cpSync(play.folder, join(data, 'outbox.new'), { recursive: true })
    rmSync(play.folder, { recursive: true })
    await play.open()
    expect(play.opened.repaired).toBeUndefined()
    expect(play.outbox.nextSeq).toBe(2)
    await play.close()
  })

  it('is not made where nothing is left at all: the disk may only not be mounted', async () => {
    const play = await Play.begin()
    await play.accept(6)
    await play.sign()
    for (const payload of await play.sendable()) play.ledger.take(payload)
    await play.accept(2)
    await play.close()
    for (const name of readdirSync(play.config.data))
      if (name !== 'key.pem' && name !== 'login') rmSync(join(play.config.data, name), { recursive: true })
    await expect(play.open()).rejects.toMatchObject({ code: 'OUTBOX_MISSING' } satisfies Partial<AgentError>)
    await recoverAgent(play.config)
    await play.open()
    await play.accept(3)
    await play.drain()
    expect(play.ledger.reports).toEqual([{ kind: 'gap', from: 2, to: 2 + 2 ** 32, reason: 'unknown' }])
    expect(play.ledger.eventIDs).toEqual([...play.accepted.slice(0, 6), ...play.accepted.slice(-3)])
    await play.close()
    await expect(recoverAgent(play.config)).rejects.toMatchObject({ code: 'OUTBOX_THERE' })
  })

  it('leaves the outbox of another key alone', async () => {
    const play = await Play.begin()
    const other = await Play.begin()
    await play.close()
    await other.close()
    cpSync(join(other.config.data, 'key.pem'), join(play.config.data, 'key.pem'))
    const signer = new Signer(readKeyFile(join(play.config.data, 'key.pem')), play.config.gateway)
    truncateSync(log(play), 0)
    await expect(openOutbox(play.folder, play.config.data, signer)).rejects.toMatchObject({ code: 'OUTBOX_FOREIGN' })
  })

  it('says which batches may be lost, as far as anyone knows', () => {
    const lost = {
      to: 2,
      reason: 'disk',
      events: undefined,
      from: 0,
      accepted: 0,
      first: 0,
      ends: [],
      unsure: false,
    } as const
    const told = (more: object): unknown =>
      repairedError({ batches: 0, events: 0, lost: { ...lost, ...more }, aside: undefined } as never).fields['lost']
    expect([told({}), told({ to: undefined }), told({ from: -1 }), told({ from: -1, to: undefined })]).toEqual([
      '0–1',
      '0–?',
      '?–1',
      '?–?',
    ])
  })
})
