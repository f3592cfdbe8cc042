import * as crypto from 'node:crypto'
import { type Json, type Operation, toHex } from '@tristamp/protocol'
import { expect } from 'vitest'
import { commissioned, TestGateway, TestLedger } from '../_harness.ts'
import type { TraceAnswer } from './_trace.ts'
import type { TraceNews } from './host.ts'

export const BOX = 'https://id.gs1.org/00/395060000000000016'
export const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'

/** A running ledger with one gateway that may do everything with goods. */
export class Recorded {
  readonly ledger: TestLedger
  readonly gateway: TestGateway

  private constructor(ledger: TestLedger, gateway: TestGateway) {
    this.ledger = ledger
    this.gateway = gateway
  }

  static async start(): Promise<Recorded> {
    const ledger = await TestLedger.start()
    const gateway = new TestGateway('org', 'one')
    const name = { zh: '组织', en: 'Org' }
    await ledger.enrol({ op: 'enrol-organisation', org: 'org', party: 'https://id.gs1.org/417/9506000134307', name }, {
      ...gateway.operation,
      roles: ['commission', 'transform', 'pack', 'observe'],
    } as Operation)
    return new Recorded(ledger, gateway)
  }

  /** Records events as one batch; answers its entry once it is sealed. */
  async record(...events: Json[]): Promise<number> {
    const answer = await this.ledger.post(this.gateway.batchOf(events))
    this.gateway.seq++
    expect(answer.status).toBe(201)
    const { entry } = (await answer.json()) as { entry: number }
    await this.ledger.sealed(entry)
    return entry
  }

  /** What the ledger would tell a thread of traces now. */
  async news(): Promise<TraceNews> {
    return {
      size: await this.ledger.size(),
      keys: [[toHex(this.gateway.kid), { org: 'org', gateway: 'one' }]],
      parties: [],
    }
  }

  /** An answer, as soon as the node has read its events. */
  async get<T = TraceAnswer>(path: string): Promise<T> {
    let answer = await this.ledger.get(path)
    for (let i = 0; answer.status === 503 && i < 1200; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      answer = await this.ledger.get(path)
    }
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
    return (await answer.json()) as T
  }
}

/** An event with everything that an event must have. */
export function step(event: Record<string, Json>): Json {
  const {
    epcList: _,
    ilmd: __,
    action: ___,
    'tristamp:quality': quality,
    ...stamps
  } = commissioned('') as Record<string, Json>
  const measures = 'sensorElementList' in event || quality === undefined
  const eventID = `urn:uuid:${crypto.randomUUID()}`
  return { ...stamps, eventID, ...(!measures && { 'tristamp:quality': quality }), ...event }
}
