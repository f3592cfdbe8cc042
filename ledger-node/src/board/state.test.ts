import type { KeyState } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { LedgerError } from '../error.ts'
import { Metrics } from '../metrics.ts'
import { type GatewayStatus, StatusBoard } from '../status.ts'
import type { Standing } from '../witness/cosigning.ts'
import { DiskWatch } from './disk.ts'
import { ErrorBook } from './error-book.ts'
import type { GatewayFacts } from './gateway-rows.ts'
import { Ring } from './ring.ts'
import { sentenceOf } from './sentences.ts'
import { type BoardFacts, boardState, MAX_GATEWAYS } from './state.ts'
import { WitnessWatch } from './witness-watch.ts'

const NOW = Date.parse('2026-11-22T11:10:04Z')
const DAY = 86_400_000
const MIB = 1024 * 1024

function key(gateway: string, more: Partial<KeyState> = {}): KeyState {
  const bytes = new Uint8Array(32)
  return {
    ...{ kid: bytes, publicKey: bytes, prev: bytes, kind: 'gateway', uri: 'https://id.gs1.org/8004/1', roles: [] },
    ...{ status: 'active', org: 'org', gateway, nextSeq: 3 },
    ...more,
  } as KeyState
}

function gateway(name: string, said?: Partial<GatewayStatus>, agoMs = 1000): GatewayFacts {
  const status: GatewayStatus = { state: 'online', outbox: { next: 5, acked: 5 }, devices: {}, ...said }
  return { key: key(name), ...(said && { status: { receivedAtMs: NOW - agoMs, status } }) }
}

function facts(change: Partial<BoardFacts> = {}): BoardFacts {
  return {
    role: 'leader',
    origin: 'ledger.example/test',
    version: '0.1.0',
    nowMs: NOW,
    startedAtMs: NOW - DAY,
    trouble: undefined,
    damage: undefined,
    intake: { lastMinute: 12, minutes: Array.from({ length: 60 }, () => 1) },
    answersMs: [],
    refused: 0,
    checkpoint: { size: 10, height: 3, atMs: NOW - 1400, waiting: 0, waitingSinceMs: null },
    witnesses: undefined,
    leader: undefined,
    disk: null,
    gateways: [gateway('a', {})],
    holds: [],
    recalls: [],
    contradictions: { statements: 0, keys: 0 },
    complaints: { day: 0, week: 0, goods: 0, lastAtMs: null },
    errors: [],
    ...change,
  }
}

const codes = (change: Partial<BoardFacts>): string[] => boardState(facts(change)).concerns.map(({ code }) => code)
const stateOf = (one: GatewayFacts): string => boardState(facts({ gateways: [one] })).gateways.listed[0]!.state

describe('what the board says', () => {
  it('nothing, while nothing needs anybody', () => {
    const state = boardState(facts())
    expect(state.concerns).toEqual([])
    expect(state.gateways).toMatchObject({ total: 1, online: 1 })
    // What a status that was never told would have said is not made up.
    expect(state.gateways.listed[0]).toMatchObject({ lastBatchAtMs: null, clock: null, version: null, minutes: null })
  })

  it('the worst first, each under its own code', () => {
    const witness = { name: 'w', signed: false, lag: null, lastAtMs: null }
    const failure = { code: 'PEER_UNREACHABLE', detail: '', sinceMs: NOW - 60_000 }
    expect(
      codes({
        trouble: { code: 'DISK_FULL', detail: 'ENOSPC' },
        damage: { code: 'SEGMENT_CORRUPT', detail: '' },
        disk: { freeBytes: 0, totalBytes: 1, bytesPerDay: null, daysLeft: null, state: 'nearly-full' },
        checkpoint: { size: 1, height: 1, atMs: 0, waiting: 2, waitingSinceMs: NOW - 61_000 },
        witnesses: { quorum: false, needed: 1, list: [{ ...witness, failure }] },
        gateways: [gateway('a', { state: 'offline' }), { key: key('b', { status: 'suspended' }) }],
      }),
    ).toEqual([
      'DAMAGED',
      'CANNOT_WRITE',
      'DISK_NEARLY_FULL',
      'SEAL_LATE',
      'QUORUM_MISSING',
      'GATEWAYS_SILENT',
      'KEYS_SUSPENDED',
      'WITNESSES_MISSING',
    ])
  })

  it('nothing of a witness that has had no time yet, nor of entries that wait a moment', () => {
    const list = [{ name: 'w', signed: false, lag: 1, lastAtMs: NOW - 2000, failure: null }]
    const checkpoint = { size: 1, height: 1, atMs: 0, waiting: 2, waitingSinceMs: NOW - 2000 }
    expect(codes({ witnesses: { quorum: true, needed: 1, list }, checkpoint })).toEqual([])
  })

  it('of a follower, how it stands with its leader; gateways tell their leader', () => {
    const follows = (state: 'following' | 'catching-up' | 'unreachable' | 'diverged', code?: string) =>
      facts({ role: 'follower', leader: { state, leader: 'http://l', entries: 9, lag: 4, ...(code && { code }) } })
    expect(boardState(follows('following')).concerns).toEqual([])
    expect(boardState(follows('following')).gateways.listed[0]!.state).toBe('elsewhere')
    expect(boardState(follows('catching-up')).concerns).toEqual([{ code: 'CATCHING_UP', tone: 'idle', count: 4 }])
    expect(boardState(follows('unreachable', 'PEER_UNREACHABLE')).concerns).toEqual([
      { code: 'LEADER_UNREACHABLE', tone: 'care', cause: 'PEER_UNREACHABLE' },
    ])
    expect(boardState(follows('unreachable', 'DISK_FULL')).concerns).toEqual([
      { code: 'CANNOT_WRITE', tone: 'stop', cause: 'DISK_FULL' },
    ])
    expect(boardState(follows('diverged', 'FOLLOW_FORK')).concerns).toEqual([
      { code: 'DIVERGED', tone: 'stop', cause: 'FOLLOW_FORK' },
    ])
  })

  it('how each gateway is, as far as is known', () => {
    expect(stateOf(gateway('a', {}))).toBe('online')
    expect(stateOf(gateway('a', { state: 'offline' }))).toBe('silent')
    expect(stateOf(gateway('a', {}, 149_000))).toBe('online')
    expect(stateOf(gateway('a', {}, 151_000))).toBe('silent')
    // Its batches come: it lives.
    expect(stateOf({ ...gateway('a', {}, 151_000), lastBatchAtMs: NOW - 5000 })).toBe('online')
    expect(stateOf(gateway('a', { devices: { cold1: { state: 'down', code: 'PORT_MISSING' } } }))).toBe('trouble')
    expect(stateOf(gateway('a', { clock: { source: 'system', uncertaintyMs: 95_000 } }))).toBe('trouble')
    expect(stateOf(gateway('a', { outbox: { next: 1204, acked: 4 } }))).toBe('catching-up')
    expect(stateOf(gateway('a'))).toBe('silent')
    const young = boardState(facts({ startedAtMs: NOW - 10_000, gateways: [gateway('a')] }))
    expect(young.gateways.listed[0]!.state).toBe('unheard')
    expect(young.concerns).toEqual([{ code: 'GATEWAYS_UNHEARD', tone: 'idle', count: 1 }])
  })

  it('lists those first that need somebody, and never more than a screen can hold', () => {
    const many = Array.from({ length: 300 }, (_, i) => gateway(`g${String(i).padStart(3, '0')}`, {}))
    const { gateways } = boardState(facts({ gateways: [...many, gateway('z', { state: 'offline' })] }))
    expect([gateways.total, gateways.online, gateways.listed.length]).toEqual([301, 300, MAX_GATEWAYS])
    expect(gateways.listed.slice(0, 2).map(({ name }) => name)).toEqual(['org/z', 'org/g000'])
    // Subtraction of what a gateway says gives no negative queue.
    const [odd] = boardState(facts({ gateways: [gateway('a', { outbox: { next: 0, acked: 7 } })] })).gateways.listed
    expect(odd!.outbox).toBe(0)
  })

  it('calls at once for whoever finds a witness that has signed more than there is, and goes on until it signs', () => {
    const watch = new WitnessWatch()
    const failed = (code: 'WITNESS_AHEAD' | 'PEER_UNREACHABLE') =>
      watch.hear(
        { size: 10, quorum: true, witnesses: [{ name: 'w', signed: false }] },
        { kind: 'failed', witness: 'w', error: new LedgerError(code, '') },
        NOW,
      )
    const said = (): string[] => codes({ witnesses: { quorum: true, needed: 0, list: watch.rows(['w'], 10) } })
    failed('WITNESS_AHEAD')
    expect(said()).toEqual(['WITNESS_AHEAD'])
    failed('PEER_UNREACHABLE')
    expect(said()).toEqual(['WITNESS_AHEAD'])
    const signed = { size: 12, quorum: true, witnesses: [{ name: 'w', signed: true }] }
    watch.hear(signed, { kind: 'cosigned', witness: 'w' }, NOW)
    expect(said()).toEqual([])
  })

  it('is said in numbers and words that every reader takes, whatever a gateway says of itself', () => {
    const hostile = [
      { outbox: { next: 1e300, acked: 0 } },
      { outbox: { next: 5, acked: -2 } },
      { clock: { source: '', uncertaintyMs: 1 } },
      { clock: { source: 'x', uncertaintyMs: -1 } },
      '{"state":"online","clock":{"source":"x","uncertaintyMs":1e999}}',
      { devices: { '': { state: 'down' } } },
      { errors: { A: 1e300 } },
    ]
    const board = new StatusBoard(new Metrics(), () => NOW)
    const sender = { org: 'org', gateway: 'a', kid: new Uint8Array(32) } as never
    const takes = (one: object | string): boolean =>
      board.receive(sender, Buffer.from(typeof one === 'string' ? one : JSON.stringify({ state: 'online', ...one })))
    expect(hostile.map(takes)).toEqual(hostile.map(() => false))
    // What is nothing but empty is left out, so that the rest is known.
    expect(takes({ devices: { cold1: { state: 'down', code: '' } }, errors: { A: Number.MAX_SAFE_INTEGER } })).toBe(
      true,
    )
    const row = boardState(
      facts({ gateways: [{ key: key('a'), status: board.of({ org: 'org', gateway: 'a' } as never) }] }),
    )
    expect(row.gateways.listed[0]!.alarms).toEqual([{ device: 'cold1', state: 'down', code: null }])
  })

  it('counts drills apart from recalls', () => {
    const one = { id: 'r', org: 'org', subject: 'https://id.gs1.org/01/09506000134352', subjects: 2 }
    const { recalls } = boardState(
      facts({
        recalls: [
          { ...one, drill: false },
          { ...one, id: 'd', drill: true },
        ],
      }),
    )
    expect(recalls).toEqual({ count: 1, drills: 1, listed: [one] })
  })

  it('tells the middle and the slowest of the answers', () => {
    const answersMs = Array.from({ length: 100 }, (_, i) => i + 1).reverse()
    expect(boardState(facts({ answersMs })).answers).toEqual({ p50Ms: 50, p99Ms: 99, of: 100 })
  })
})

describe('counts over time', () => {
  it('are forgotten slot by slot, and are not made up for the time before', () => {
    const ring = new Ring(4, 1000, 10_000)
    ring.add(1, 10_100)
    ring.add(2, 11_900)
    expect(ring.values(12_500)).toEqual([null, 1, 2, 0])
    expect(ring.sum(12_500)).toBe(3)
    expect(ring.values(14_000)).toEqual([2, 0, 0, 0])
    expect(ring.values(1_000_000)).toEqual([0, 0, 0, 0])
  })

  it('bear a clock that is put back', () => {
    const ring = new Ring(4, 1000, 10_000)
    ring.add(1, 12_000)
    ring.add(1, 3_000)
    expect(ring.sum(3_000)).toBe(2)
  })
})

describe('the disk', () => {
  const GIB = 1024 * MIB

  it('says at which pace it fills only after some time, and how long it lasts', () => {
    const watch = new DiskWatch()
    expect(watch.state).toBeNull()
    watch.see({ freeBytes: 500 * GIB, totalBytes: 1000 * GIB }, NOW)
    expect(watch.state).toMatchObject({ state: 'ok', bytesPerDay: null, daysLeft: null })
    watch.see({ freeBytes: 499 * GIB, totalBytes: 1000 * GIB }, NOW + DAY / 2)
    expect(watch.state).toMatchObject({ state: 'ok', bytesPerDay: 2 * GIB, daysLeft: 249 })
    watch.see({ freeBytes: 501 * GIB, totalBytes: 1000 * GIB }, NOW + DAY)
    expect(watch.state).toMatchObject({ state: 'ok', daysLeft: null })
  })

  it('is low and nearly full by what is left, and by how long that lasts', () => {
    const stateOf = (freeBytes: number, totalBytes: number): string | undefined => {
      const watch = new DiskWatch()
      watch.see({ freeBytes, totalBytes }, NOW)
      return watch.state?.state
    }
    expect(stateOf(11 * GIB, 100 * GIB)).toBe('ok')
    expect(stateOf(9 * GIB, 100 * GIB)).toBe('low')
    expect(stateOf(2.9 * GIB, 100 * GIB)).toBe('nearly-full')
    expect(stateOf(31 * MIB, 64 * MIB)).toBe('nearly-full')
    const watch = new DiskWatch()
    watch.see({ freeBytes: 60 * GIB, totalBytes: 100 * GIB }, NOW)
    watch.see({ freeBytes: 50 * GIB, totalBytes: 100 * GIB }, NOW + DAY)
    expect(watch.state).toMatchObject({ state: 'low', daysLeft: 5 })
  })
})

describe('witnesses', () => {
  const standing = (size: number, signed: string[], quorum = signed.length > 0): Standing => ({
    size,
    quorum,
    witnesses: ['v', 'w'].map((name) => ({ name, signed: signed.includes(name) })),
  })

  it('are not blamed for a checkpoint that was just made, and tell how far behind they are', () => {
    const watch = new WitnessWatch()
    watch.hear(standing(10, ['v', 'w']), { kind: 'cosigned', witness: 'w' }, NOW)
    watch.hear(standing(12, []), { kind: 'asked' }, NOW + 1000)
    expect(watch.quorum).toBe(true)
    // Readers still see the one before.
    expect(watch.rows(['v', 'w'], 10).map(({ signed }) => signed)).toEqual([true, true])
    const error = new LedgerError('PEER_UNREACHABLE', 'ECONNREFUSED')
    watch.hear(standing(12, ['v'], false), { kind: 'failed', witness: 'w', error }, NOW + 2000)
    watch.hear(standing(12, ['v'], false), { kind: 'failed', witness: 'w', error }, NOW + 3000)
    watch.hear(standing(12, ['v'], false), { kind: 'below' }, NOW + 3000)
    expect(watch.quorum).toBe(false)
    expect(watch.rows(['w'], 12)).toEqual([
      {
        name: 'w',
        signed: false,
        lag: 2,
        lastAtMs: NOW,
        failure: { code: 'PEER_UNREACHABLE', detail: 'ECONNREFUSED', sinceMs: NOW + 2000 },
      },
    ])
    watch.hear(standing(12, ['v', 'w']), { kind: 'cosigned', witness: 'w' }, NOW + 9000)
    expect(watch.rows(['w'], 12)).toEqual([{ name: 'w', signed: true, lag: 0, lastAtMs: NOW + 9000, failure: null }])
    expect(watch.quorum).toBe(true)
  })
})

describe('the last errors', () => {
  it('are one line for each kind, the newest first, and bounded whatever is named', () => {
    const book = new ErrorBook()
    book.add({ code: 'DISK_FULL', source: 'ledger', detail: 'x'.repeat(5000) }, NOW)
    for (let i = 0; i < 2; i++) book.add({ code: 'MANY', source: 'gateway', count: Number.MAX_SAFE_INTEGER }, NOW)
    expect(book.last(1)[0]!.count).toBe(Number.MAX_SAFE_INTEGER)
    for (let i = 0; i < 1000; i++) book.add({ code: `MADE_UP_${i}`, source: 'gateway', from: 'org/g' }, NOW + i)
    book.add({ code: 'SEQ_GAP', source: 'batch', from: 'org/g' }, NOW + 2000)
    book.add({ code: 'SEQ_GAP', source: 'batch', from: 'org/g' }, NOW + 3000)
    const [last, ...others] = book.last(10_000)
    expect(last).toMatchObject({ code: 'SEQ_GAP', count: 2, firstAtMs: NOW + 2000, lastAtMs: NOW + 3000 })
    expect(others.length).toBeLessThan(200)
    expect(others.some(({ code }) => code === 'DISK_FULL')).toBe(false)
  })

  it('have a sentence in both languages, also for codes that nobody knows', () => {
    for (const [code, source] of [
      ['DISK_FULL', 'ledger'],
      ['SEQ_GAP', 'batch'],
      ['PORT_MISSING', 'gateway'],
      ['NEVER_HEARD_OF', 'gateway'],
    ] as const) {
      const { zh, en } = sentenceOf(code, source)
      expect(zh).toMatch(/[\u4e00-\u9fff]/)
      expect(en).toMatch(/^[A-Z]/)
    }
    // A gateway's own full disk is not this node's.
    expect(sentenceOf('DISK_FULL', 'gateway')).not.toEqual(sentenceOf('DISK_FULL', 'ledger'))
  })
})
