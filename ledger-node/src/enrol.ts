import { fromBase64Url, keyThumbprint, type Operation, parsePolicy, toBase64Url, ZERO_HASH } from '@tristamp/protocol'
import { LedgerError } from './error.ts'
import { governanceBatch } from './governance.ts'
import type { SigningKey } from './keys.ts'

export interface EnrolTarget {
  /** The node's address. */
  node: string
  administrator: SigningKey
}

const TIMEOUT_MS = 20_000

/**
 * Signs operations as an administrator and brings them to a node; they are in one statement, so either all are recorded or
 * none is. @returns the entry. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED; ProtocolError GOVERNANCE_SHAPE
 */
export async function enrol(target: EnrolTarget, operations: readonly Operation[]): Promise<number> {
  const { administrator } = target
  const policy = parsePolicy(await (await ask(target, '/v1/policy')).text())
  const kid = toBase64Url(keyThumbprint(administrator.publicKey))
  const key = (await (await ask(target, `/v1/keys/${kid}`)).json()) as { nextSeq?: unknown; prev?: unknown }
  if (typeof key.nextSeq !== 'number' || typeof key.prev !== 'string')
    throw new LedgerError('PEER_REFUSED', 'the node did not say where this key’s chain stands')
  const head = { seq: key.nextSeq, prev: key.nextSeq === 0 ? ZERO_HASH : fromBase64Url(key.prev) }
  const body = governanceBatch(operations, administrator, policy.logs[0]!.key.name, head, Date.now())
  const answer = await ask(target, '/v1/statements', {
    method: 'POST',
    headers: { 'Content-Type': 'application/cbor' },
    body: Buffer.from(body),
  })
  return ((await answer.json()) as { entry: number }).entry
}

async function ask({ node }: EnrolTarget, path: string, init: RequestInit = {}): Promise<Response> {
  const url = `${node.replace(/\/+$/, '')}${path}`
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new LedgerError('PEER_UNREACHABLE', url, { cause })
  }
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  throw new LedgerError('PEER_REFUSED', `${response.status} ${problem.code ?? ''} ${problem.detail ?? ''}`.trim())
}
