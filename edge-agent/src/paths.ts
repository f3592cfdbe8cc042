import { join } from 'node:path'
import { STATUS_FILE } from './health.ts'

/** What lies where in the data folder. */
export interface DataPaths {
  key: string
  /** The public half of a key that is kept elsewhere. */
  publicKey: string
  login: string
  /** The TLS client key, which is not the one that signs. */
  tlsKey: string
  outbox: string
  evidence: string
  status: string
  clock: string
  route: string
  /** Notices of recalls, as the ledger signed them. */
  recalls: string
  /** What `init` asks for. */
  request: string
  /** What the ledger answered. */
  enrolment: string
}

export function paths(data: string): DataPaths {
  return {
    key: join(data, 'key.pem'),
    publicKey: join(data, 'public-key'),
    login: join(data, 'login'),
    tlsKey: join(data, 'tls-key.pem'),
    outbox: join(data, 'outbox'),
    evidence: join(data, 'evidence'),
    status: join(data, STATUS_FILE),
    clock: join(data, 'clock.json'),
    route: join(data, 'route.bin'),
    recalls: join(data, 'recalls'),
    request: join(data, 'enrolment-request.json'),
    enrolment: join(data, 'enrolment.cbor'),
  }
}
