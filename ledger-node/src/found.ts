import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { admit, decodeBatch, formatVerifierKey, type Genesis, toBase64Url, ZERO_HASH } from '@tristamp/protocol'
import { nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { SigningBook } from './govern/signing-book.ts'
import { governanceBatch } from './governance.ts'
import { ifThere } from './if-there.ts'
import { keyPath, loadOrMakeKey, type SigningKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { lockData } from './lock.ts'
import { verifySignature } from './node-crypto.ts'
import { makeWitnessKey } from './witness/open.ts'

export interface Founding {
  data: string
  /** The ledger's name: a host name with a path, without a scheme. */
  origin: string
  administrators: readonly string[]
  /** Administrators who must agree before governance takes effect. */
  threshold: number
}

/** What others must know of a new ledger. */
export interface Founded {
  /** The log's key as a policy names it. */
  vkey: string
  /** The key that acks are signed by, base64url: `ledgerKey` of a gateway's configuration. */
  ackKey: string
  /** The key that this node cosigns other logs with, as a policy names it. */
  witnessKey: string
}

/** How long administrators may take to agree on one operation. */
const WINDOW_S = 7 * 24 * 3600

/**
 * Founds a ledger: makes its keys, writes the genesis as entry 0, seals it and signs the first checkpoint. Begun and cut short,
 * it can be run again. @throws LedgerError DATA_EXISTS, DATA_LOCKED; ProtocolError GOVERNANCE_SHAPE for a name that cannot be
 */
export async function found(founding: Founding): Promise<Founded> {
  await mkdir(founding.data, { recursive: true })
  const unlock = await lockData(founding.data)
  try {
    return await foundLocked(founding)
  } finally {
    await unlock()
  }
}

async function foundLocked({ data, origin, administrators, threshold }: Founding): Promise<Founded> {
  // Before a key is made: one that nobody knows would lie among the ledger's own, under the name of one that was moved away.
  if ((await ifThere(stat(join(data, 'checkpoint')))) !== undefined) throw new LedgerError('DATA_EXISTS', data)
  const logKey = await loadOrMakeKey(keyPath(data, 'log'))
  const ackKey = await loadOrMakeKey(keyPath(data, 'ack'))
  const admins: { name: string; key: SigningKey }[] = []
  for (const name of administrators) admins.push({ name, key: await loadOrMakeKey(keyPath(data, `admin-${name}`)) })
  const genesis: Genesis = {
    op: 'genesis',
    origin,
    administrators: admins.map(({ name, key }) => ({ name, key: toBase64Url(key.publicKey) })),
    threshold,
    windowS: WINDOW_S,
    logKey: formatVerifierKey(origin, 1, logKey.publicKey),
    ackKey: toBase64Url(ackKey.publicKey),
  }
  const ledger = await Ledger.open({
    disk: nodeDisk,
    folder: data,
    logKey,
    verify: verifySignature,
    now: Date.now,
    note: () => undefined,
  })
  try {
    if (ledger.size > 0) throw new LedgerError('DATA_EXISTS', data)
    await writeGenesis(ledger, genesis, admins[0]!.key)
    for (const { name } of admins) await SigningBook.beside(keyPath(data, `admin-${name}`)).pin(genesis.logKey)
    return { vkey: genesis.logKey, ackKey: genesis.ackKey, witnessKey: await makeWitnessKey(data, origin) }
  } finally {
    await ledger.close()
  }
}

async function writeGenesis(ledger: Ledger, genesis: Genesis, signer: SigningKey): Promise<void> {
  const batch = decodeBatch(governanceBatch([genesis], signer, genesis.origin, { seq: 0, prev: ZERO_HASH }, Date.now()))
  const admitted = admit(ledger.state, batch.statement, batch.events, verifySignature)
  if (!admitted.ok) throw new LedgerError('CONFIG_INVALID', admitted.message)
  await ledger.commit([ledger.stage({ bytes: batch.statement, events: batch.events }, admitted)])
  await ledger.seal()
}
