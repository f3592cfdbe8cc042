import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { type EnrolGateway, toBase64Url } from '@tristamp/protocol'
import { tlsKeyHash } from './certificate.ts'
import type { AgentConfig } from './config-types.ts'
import { AgentError, whyOf } from './error.ts'
import { replaceFile } from './head-file.ts'
import {
  loginHash,
  makeKeyFile,
  makeLoginFile,
  makeTlsKeyFile,
  newSeed,
  readLoginFile,
  readTlsKeyFile,
} from './key-file.ts'
import { meetKey } from './key-store.ts'
import { keyPath, openSigner } from './open-signer.ts'
import { Outbox } from './outbox.ts'
import { paths } from './paths.ts'
import { Signer } from './signer.ts'
import { Store } from './store.ts'

/** What an administrator enrols. Without `station` and `roles` it is for them to say what these are. */
export type EnrolmentRequest = Omit<EnrolGateway, 'station' | 'roles'> &
  Partial<Pick<EnrolGateway, 'station' | 'roles'>>

/** What `init` made, or found from before. */
export interface Initialised {
  /** The operation that an administrator enrols. It holds nothing secret. */
  request: EnrolmentRequest
  requestFile: string
  /** Whether a key was made; false when there was one already, which is kept. */
  made: boolean
}

/** Makes the gateway's key, its login secret, its TLS key and its empty outbox. Doing it again changes nothing and writes the request again. */
export async function initAgent(config: AgentConfig): Promise<Initialised> {
  const files = paths(config.data)
  try {
    mkdirSync(config.data, { recursive: true, mode: 0o700 })
    const made = !existsSync(keyPath(config))
    if (!existsSync(files.login)) makeLoginFile(files.login)
    if (!existsSync(files.tlsKey)) makeTlsKeyFile(files.tlsKey)
    if (made) await makeKeyAndOutbox(config)
    const secrets = { password: readLoginFile(files.login), tlsKey: readTlsKeyFile(files.tlsKey) }
    const request = enrolment(config, openSigner(config), secrets)
    replaceFile(files.request, `${JSON.stringify(request, null, 2)}\n`, true)
    return { request, requestFile: files.request, made }
  } catch (cause) {
    if (cause instanceof AgentError) throw cause
    throw new AgentError('DATA_DENIED', { path: config.data, why: whyOf(cause) }, { cause })
  }
}

/** The key file comes last: when the power fails before it is there, the next init begins anew; a key without outbox is a loss. */
async function makeKeyAndOutbox(config: AgentConfig): Promise<void> {
  const files = paths(config.data)
  // An outbox without key is a broken init, or the remains of a lost key: it is put aside, for it may hold unsent records.
  if (existsSync(files.outbox)) renameSync(files.outbox, `${files.outbox}.${Date.now()}`)
  const { key } = config
  const seed = newSeed()
  const kept = key.type === 'file' ? seed : await meetKey(key, `${files.publicKey}.new`)
  const store = await Store.create(files.outbox)
  try {
    await Outbox.init(store, config.data, new Signer(kept, config.gateway).kid)
  } finally {
    await store.close()
  }
  // What the ledger said of another key is nothing that this one may go by.
  rmSync(files.enrolment, { force: true })
  if (key.type === 'file') makeKeyFile(files.key, seed)
  else renameSync(`${files.publicKey}.new`, files.publicKey)
}

function enrolment(
  { gateway, enrolled: { missing } }: AgentConfig,
  signer: Signer,
  secrets: { password: string; tlsKey: string },
): EnrolmentRequest {
  return {
    op: 'enrol-gateway',
    org: gateway.org,
    gateway: gateway.id,
    uri: gateway.uri,
    key: toBase64Url(signer.publicKey),
    ...(!missing.includes('gateway.station') && { station: gateway.station }),
    ...(!missing.includes('gateway.roles') && { roles: gateway.roles }),
    login: loginHash(secrets.password),
    tls: tlsKeyHash(secrets.tlsKey),
  }
}
