import { describe, expect, it } from 'vitest'
import { sampleObjectEvent } from './_events.ts'
import { MemoryLedger, TestSigner } from './_memory-ledger.ts'
import { sampleReport } from './_reports.ts'
import { admit, examineBatch } from './admit.ts'
import { toBase64Url, toHex } from './bytes.ts'
import type { Json } from './canonical-json.ts'
import { verifyOnNoble } from './ed25519-curve.ts'
import type { GapReport } from './event/report-types.ts'
import { keyUri } from './key.ts'
import { LIMITS } from './limits.ts'
import { parseStatement } from './statement.ts'

const STATION = 'https://id.gs1.org/414/9506000134017'
const DEVICE = 'https://id.gs1.org/8004/9506000134FARM1'

const step = (): Json => sampleObjectEvent() as unknown as Json

function gap(from: number, to: number, more: Partial<GapReport> = {}): Json {
  return sampleReport({ kind: 'gap', from, to, reason: 'disk', ...more }) as unknown as Json
}

/** A ledger with a gateway that has three statements in it, and what its next ones are. */
class Gateway {
  readonly ledger = new MemoryLedger()
  readonly signer = new TestSigner('gateway', DEVICE, STATION)

  constructor() {
    this.ledger.govern({
      op: 'enrol-organisation',
      org: 'farm',
      party: 'https://id.gs1.org/417/9506000134000',
      name: { zh: '农场', en: 'Farm' },
    })
    this.ledger.govern({
      op: 'enrol-gateway',
      org: 'farm',
      gateway: 'gw1',
      uri: DEVICE,
      key: toBase64Url(this.signer.publicKey),
      station: STATION,
      roles: ['commission'],
      login: toBase64Url(new Uint8Array(32)),
    })
    for (let i = 0; i < 3; i++) expect(this.send(step())).toBe('ok')
  }

  /** Signs and submits; the signer's own chain moves on whatever becomes of it. */
  send(...values: Json[]): string {
    const { statement, events } = this.signer.statement('batch', values)
    const answer = this.ledger.submit(statement, events)
    return answer.ok ? 'ok' : answer.code
  }

  /** The same at another number, hanging on what the ledger has last. */
  sendAt(seq: number, ...values: Json[]): string {
    this.signer.seq = seq
    this.signer.prev = this.recorded.prev
    return this.send(...values)
  }

  get recorded(): { nextSeq: number; prev: Uint8Array } {
    return this.ledger.state.keys.get(toHex(this.signer.kid))!
  }
}

describe('a declared loss', () => {
  it('is taken where the chain lacks exactly what it says, and the chain goes on after it', () => {
    const gateway = new Gateway()
    expect(gateway.sendAt(10, gap(3, 10, { events: 12 }))).toBe('ok')
    expect(gateway.recorded).toMatchObject({ nextSeq: 11, prev: gateway.signer.prev })
    expect(gateway.send(step())).toBe('ok')
    expect(gateway.ledger.postingRows.get(keyUri(gateway.signer.kid))).toHaveLength(2)
  })

  it('needs no role: whoever may only ship must be able to say what it lost', () => {
    const gateway = new Gateway()
    expect(gateway.sendAt(4, gap(3, 4))).toBe('ok')
  })

  it.each<[string, number, Json[]]>([
    ['that does not begin at the next number', 10, [gap(4, 10)]],
    ['that begins before it: those are recorded', 10, [gap(2, 10)]],
    ['that does not end at its own number', 10, [gap(3, 9)]],
    ['that reaches beyond its own number', 10, [gap(3, 11)]],
    ['with goods beside it', 10, [gap(3, 10), step()]],
    ['with another loss beside it', 10, [gap(3, 10), gap(3, 10)]],
    ['at the next number itself, where nothing is lacking', 3, [gap(3, 10)]],
    ['beside goods at the next number', 3, [step(), gap(3, 10)]],
    ['of more numbers than there are', LIMITS.lastSeq + 1, [gap(3, LIMITS.lastSeq + 1)]],
  ])('is refused: one %s', (_, seq, values) => {
    const gateway = new Gateway()
    expect(gateway.sendAt(seq, ...values)).toBe('SEQ_EXPECTED')
    expect(gateway.recorded.nextSeq).toBe(3)
  })

  it.each<[string, Json[]]>([
    ['goods', [step()]],
    ['another report', [sampleReport({ kind: 'anchor' }) as unknown as Json]],
    ['what is no event', [{ type: 'Gap' }]],
  ])('is the only thing that leaves numbers out: not %s', (_, values) => {
    expect(new Gateway().sendAt(10, ...values)).toBe('SEQ_EXPECTED')
  })

  it('hangs on the last recorded statement', () => {
    const gateway = new Gateway()
    gateway.signer.seq = 10
    gateway.signer.prev = new Uint8Array(32).fill(7)
    expect(gateway.send(gap(3, 10))).toBe('PREV_MISMATCH')
  })

  it('is not taken with other events than the signed ones, or from another key', () => {
    const gateway = new Gateway()
    gateway.signer.seq = 10
    const { statement } = gateway.signer.statement('batch', [gap(3, 10)])
    const { events } = gateway.signer.statement('batch', [gap(3, 10)])
    expect(gateway.ledger.submit(statement, events)).toMatchObject({ ok: false, code: 'SEQ_EXPECTED' })
    const stranger = new TestSigner('stranger', DEVICE, STATION)
    stranger.seq = 10
    const forged = stranger.statement('batch', [gap(3, 10)])
    expect(gateway.ledger.submit(forged.statement, forged.events)).toMatchObject({ ok: false, code: 'KEY_UNKNOWN' })
  })

  it('is final: a replay of it, and what it called lost, come too late', () => {
    const gateway = new Gateway()
    const lost = gateway.signer.statement('batch', [step()])
    const leaf = gateway.recorded.prev
    gateway.signer.seq = 5
    gateway.signer.prev = leaf
    const declared = gateway.signer.statement('batch', [gap(3, 5)])
    expect(gateway.ledger.submit(declared.statement, declared.events)).toMatchObject({ ok: true })
    for (const { statement, events } of [lost, declared])
      expect(gateway.ledger.submit(statement, events)).toMatchObject({ ok: false, code: 'SEQ_REPEATED' })
  })

  it('is refused when more had arrived meanwhile, and the answer says where the chain stands', () => {
    const gateway = new Gateway()
    const leaf = gateway.recorded.prev
    const late = gateway.signer.statement('batch', [step()])
    gateway.signer.seq = 5
    gateway.signer.prev = leaf
    const declared = gateway.signer.statement('batch', [gap(3, 5)])
    expect(gateway.ledger.submit(late.statement, late.events)).toMatchObject({ ok: true })
    const answer = gateway.ledger.submit(declared.statement, declared.events)
    expect(answer).toMatchObject({ ok: false, code: 'SEQ_EXPECTED', expected: { seq: 4 } })
    // Under a number of its own it is right.
    expect(gateway.sendAt(6, gap(4, 6))).toBe('ok')
  })

  it('is the same answer when its batch was examined elsewhere', () => {
    const gateway = new Gateway()
    for (const [seq, value] of [
      [10, gap(3, 10)],
      [10, step()],
      [3, gap(3, 10)],
    ] as const) {
      gateway.signer.seq = seq
      gateway.signer.prev = gateway.recorded.prev
      const { statement, events } = gateway.signer.statement('batch', [value])
      const known = examineBatch(parseStatement(statement), events)
      const { state } = gateway.ledger
      expect(known).toBeDefined()
      const [alone, helped] = [undefined, known].map((k) => admit(state, statement, events, verifyOnNoble, k))
      expect(helped!.ok ? 'ok' : helped!.code).toBe(alone!.ok ? 'ok' : alone!.code)
    }
  })
})
