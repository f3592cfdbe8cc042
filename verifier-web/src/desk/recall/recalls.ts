import {
  checkOperation,
  type Json,
  type Operation,
  operationHash,
  ProtocolError,
  type Recall,
  toHex,
} from '@tristamp/protocol'
import { AnswerError, type Ask, fieldsOf, listOf, maybe, oneOf, textOf, timeOf, wholeOf } from '../../own/answer.ts'

// Recalls and what waits for signatures, as the node tells. Operations pass the protocol's own rule before anything of them is shown.

export interface RecordedRecall {
  recall: Recall
  state: 'standing' | 'lifted'
  since: string
  lifted?: { at: string; reason: string }
  entry: number
}

/** More recalls than a ledger has in years. */
const MAX_RECALLS = 10_000

/** @throws AnswerError, and what `ask` throws */
export async function readRecalls(ask: Ask): Promise<RecordedRecall[]> {
  const { recalls } = fieldsOf(await ask.get('/v1/recalls'), 'answer')
  return listOf(recalls, 'recalls', MAX_RECALLS, (value, field) => {
    const one = fieldsOf(value, field)
    const recall = operationOf(one['recall'], field)
    if (recall.op !== 'recall') throw new AnswerError('ANSWER_SHAPE', field)
    const lifted = maybe(one['lifted'], field, (v, f) => {
      const { at, reason } = fieldsOf(v, f)
      return { at: timeOf(at, f), reason: textOf(reason, f) }
    })
    return {
      recall,
      state: oneOf(one['state'], field, ['standing', 'lifted']),
      since: timeOf(one['since'], field),
      entry: wholeOf(one['entry'], field),
      ...(lifted !== undefined && { lifted }),
    }
  })
}

/** Whether a recall names one of them, or the lot's or item's product. */
export function touches({ subjects }: Recall, asked: ReadonlySet<string>): boolean {
  return subjects.some((subject) => asked.has(subject) || [...asked].some((one) => one.startsWith(`${subject}/`)))
}

export interface Named {
  kid: string
  name: string
}

export interface Governance {
  administrators: Named[]
  threshold: number
  /** Short names of organisations that have keys. */
  organisations: string[]
  pending: { id: string; signed: Named[]; missing: Named[]; needed: number; closesAt: string }[]
  /** Ids of recalls in their last wording, and whether they were lifted. */
  recalls: { recall: Recall; lifted: boolean }[]
}

const MAX_KEYS = 100_000
/** As the protocol bounds what one administrator may leave waiting, for each of the most administrators. */
const MAX_PENDING = 32 * 1024

/** @throws AnswerError, and what `ask` throws */
export async function readGovernance(ask: Ask): Promise<Governance> {
  const answer = fieldsOf(await ask.get('/v1/governance'), 'answer')
  const keys = listOf(answer['keys'], 'keys', MAX_KEYS, fieldsOf)
  const orgs = keys.flatMap(({ org }) => (typeof org === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(org) ? [org] : []))
  return {
    threshold: wholeOf(answer['threshold'], 'threshold', 1),
    administrators: listOf(answer['administrators'], 'administrators', 1024, fieldsOf)
      .filter(({ status }) => status === 'active')
      .map(({ kid, gateway }) => ({ kid: textOf(kid, 'kid', 64), name: textOf(gateway, 'name', 200) })),
    organisations: [...new Set(orgs)].sort(),
    pending: listOf(answer['pending'], 'pending', MAX_PENDING, (value, field) => {
      const one = fieldsOf(value, field)
      const id = textOf(one['id'], field, 64)
      return {
        id: idOf(operationOf(one['operation'], field)) === id ? id : '',
        signed: listOf(one['signed'], field, 64, namedOf),
        missing: listOf(one['missing'], field, 64, namedOf),
        needed: wholeOf(one['needed'], field, 1),
        closesAt: timeOf(one['closesAt'], field),
      }
    }),
    recalls: listOf(answer['recalls'], 'recalls', MAX_RECALLS, (value, field) => {
      const { recall, lifted } = fieldsOf(value, field)
      const operation = operationOf(recall, field)
      if (operation.op !== 'recall') throw new AnswerError('ANSWER_SHAPE', field)
      return { recall: operation, lifted: lifted !== undefined }
    }),
  }
}

function namedOf(value: unknown, field: string): Named {
  const { kid, name } = fieldsOf(value, field)
  return { kid: textOf(kid, field, 64), name: textOf(name, field, 200) }
}

function operationOf(value: unknown, field: string): Operation {
  try {
    return checkOperation(value as Json)
  } catch (cause) {
    if (cause instanceof ProtocolError) throw new AnswerError('ANSWER_SHAPE', field)
    throw cause
  }
}

/** The id that administrators sign: the hash of the operation's content, in hex. */
export function idOf(operation: Operation): string {
  return toHex(operationHash(operation))
}

/** How far the signing of an operation is. */
export type Signing =
  | { state: 'unsigned'; needed: number; missing: Named[] }
  | { state: 'pending'; signed: Named[]; missing: Named[]; needed: number; closesAt: string }
  | { state: 'stands' }

/** Looks an operation up by its content, not by what it is called. */
export function signingOf(operation: Operation, governance: Governance): Signing {
  const id = idOf(operation)
  const pending = governance.pending.find((one) => one.id === id)
  if (pending !== undefined) return { state: 'pending', ...pending }
  const stands =
    operation.op === 'lift'
      ? governance.recalls.some(({ recall, lifted }) => lifted && recall.id === operation.id)
      : governance.recalls.some(({ recall }) => idOf(recall) === id)
  if (stands) return { state: 'stands' }
  const { administrators, threshold } = governance
  return {
    state: 'unsigned',
    needed: Math.max(threshold, Math.min(2, administrators.length)),
    missing: administrators,
  }
}
