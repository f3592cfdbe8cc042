import type { Lift, Recall } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { recallOperation } from '../../_sample-verdicts.ts'
import { AnswerError, type Ask } from '../../own/answer.ts'
import { type Governance, idOf, readGovernance, readRecalls, signingOf, touches } from './recalls.ts'

const client = (answer: unknown): Ask => ({ get: async () => answer, post: async () => undefined })
const ann = { kid: 'a'.repeat(43), name: 'ann' }
const bob = { kid: 'b'.repeat(43), name: 'bob' }
const key = ({ kid, name }: { kid: string; name: string }, status = 'active'): object => ({
  kid,
  kind: 'administrator',
  status,
  gateway: name,
})
const pending = (operation: Recall | Lift, id: string): object => ({
  ...{ id, operation, signed: [ann], missing: [bob], needed: 2, closesAt: '2026-11-29T08:30:00.000Z' },
})
const governed = (over: object = {}): object => ({
  ...{
    origin: 'o',
    logKey: 'k',
    threshold: 1,
    windowS: 60,
    administrators: [key(ann), key(bob), key({ kid: 'c'.repeat(43), name: 'cy' }, 'revoked')],
  },
  keys: [{ org: 'test' }, { org: 'qingjiang' }, { org: 'test' }, {}],
  ...{ pending: [], recalls: [], recent: [] },
  ...over,
})
const read = async (over: object = {}): Promise<Governance> => readGovernance(client(governed(over)))

describe('signingOf', () => {
  const recall = recallOperation()
  const other = recallOperation({ class: 3 })

  it('follows an operation by its content from nobody to both', async () => {
    // Two sign a recall wherever two can, whatever the threshold.
    expect(signingOf(recall, await read())).toEqual({ state: 'unsigned', needed: 2, missing: [ann, bob] })
    const waiting = await read({ pending: [pending(recall, idOf(recall))] })
    expect(signingOf(recall, waiting)).toMatchObject({ state: 'pending', signed: [ann], missing: [bob] })
    expect(signingOf(recall, await read({ recalls: [{ recall }] }))).toEqual({ state: 'stands' })
  })

  it('takes another content for another operation, whatever id stands beside it', async () => {
    expect(signingOf(recall, await read({ pending: [pending(other, idOf(recall))] })).state).toBe('unsigned')
    expect(signingOf(recall, await read({ recalls: [{ recall: other }] })).state).toBe('unsigned')
  })

  it('knows when a recall was lifted', async () => {
    const lift: Lift = { op: 'lift', id: recall.id, reason: 'all is back' }
    expect(signingOf(lift, await read({ recalls: [{ recall }] })).state).toBe('unsigned')
    expect(signingOf(lift, await read({ recalls: [{ recall, lifted: 'all is back' }] })).state).toBe('stands')
  })

  it('names organisations once, and administrators that are active', async () => {
    const { organisations, administrators } = await read()
    expect(organisations).toEqual(['qingjiang', 'test'])
    expect(administrators).toEqual([ann, bob])
  })
})

describe('readRecalls', () => {
  const recorded = {
    recall: recallOperation(),
    state: 'standing',
    since: '2026-11-22T08:30:00.000Z',
    entry: 7,
    position: 0,
  }

  it('reads recalls, and none that the protocol would refuse', async () => {
    expect(await readRecalls(client({ recalls: [recorded] }))).toMatchObject([{ state: 'standing', entry: 7 }])
    const turned = { ...recorded, recall: recallOperation({ reason: { zh: 'a\u202eb', en: 'c' } }) }
    await expect(readRecalls(client({ recalls: [turned] }))).rejects.toThrow(AnswerError)
    await expect(readRecalls(client({ recalls: [{ ...recorded, recall: { op: 'lift', id: 'x' } }] }))).rejects.toThrow(
      AnswerError,
    )
  })

  it('finds those that name the goods, or their product', () => {
    const lot = 'https://id.gs1.org/01/09506000134352/10/L7'
    const product = 'https://id.gs1.org/01/09506000134352'
    const of = (...subjects: string[]): Recall => recallOperation({ subjects })
    expect(touches(of(lot), new Set([lot]))).toBe(true)
    expect(touches(of(product), new Set([lot]))).toBe(true)
    expect(touches(of(lot), new Set([product]))).toBe(false)
    expect(touches(of(`${product}1`), new Set([lot]))).toBe(false)
  })
})
