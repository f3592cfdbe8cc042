import { timingSafeEqual } from 'node:crypto'
import { type AdmissionState, fromBase64Url, type KeyState, sha256, utf8 } from '@tristamp/protocol'
import type { Sender } from './intake.ts'

/** The topics of protocol §5. Parts use only characters that NATS subjects allow too. */
const TOPIC =
  /^tristamp\/v1\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})\/(batch|evidence|evidence-lost|ack|enrolment|status)$/
const NOTICES = /^tristamp\/v1\/notices\/(?:[A-Za-z0-9_-]{1,64}|\+|#)$/

/** What the ledger tells a gateway. */
export type Told = 'ack' | 'enrolment'
/** What a gateway tells the ledger. */
export type Published = 'batch' | 'evidence' | 'evidence-lost' | 'status'
export type Channel = Published | Told

export function topicOf({ org, gateway }: Sender, channel: Channel): string {
  return `tristamp/v1/${org}/${gateway}/${channel}`
}

/** The topic of a notice to all. */
export function noticeTopic(name: string): string {
  return `tristamp/v1/notices/${name}`
}

/** A gateway that has logged in. */
export interface Login extends Sender {
  kid: Uint8Array
  /** The TLS key that the enrolment names. */
  tls: string | undefined
}

/** Compared with when there is no such gateway, so that the answer takes as long. */
const NOBODY = new Uint8Array(32)

/**
 * Checks a gateway's login: username `<org>/<gateway>`, and a password of which the enrolment holds the SHA-256. Undefined when
 * there is no such active gateway or the password is another.
 */
export function logIn(state: AdmissionState, username: string, password: Uint8Array): Login | undefined {
  const [org = '', gateway = '', ...rest] = username.split('/')
  const key = rest.length === 0 ? activeKey(state, { org, gateway }) : undefined
  const given = sha256(password)
  const wanted = key?.login === undefined ? NOBODY : fromBase64Url(key.login)
  const matches = timingSafeEqual(given, wanted)
  return matches && key !== undefined ? { org, gateway, kid: key.kid, tls: key.tls } : undefined
}

export function activeKey(state: AdmissionState, { org, gateway }: Sender): KeyState | undefined {
  for (const key of state.keys.values()) {
    if (key.kind === 'gateway' && key.status === 'active' && key.org === org && key.gateway === gateway) return key
  }
  return undefined
}

/** What a gateway may publish: its own batches, its own evidence and its own status. */
export function publishes(sender: Sender, topic: string): Published | undefined {
  const [, org, gateway, channel] = TOPIC.exec(topic) ?? []
  if (org !== sender.org || gateway !== sender.gateway) return undefined
  return channel === 'ack' || channel === 'enrolment' ? undefined : (channel as Published | undefined)
}

/** Whose topic it is, and which of those that a gateway publishes to: for messages that come through a broker of others. */
export function publishesAny(topic: string): { sender: Sender; channel: Published } | undefined {
  const [, org = '', gateway = ''] = TOPIC.exec(topic) ?? []
  const channel = publishes({ org, gateway }, topic)
  return channel && { sender: { org, gateway }, channel }
}

/** What a gateway may subscribe to: its own acks, enrolment and status, and the notices to all. */
export function subscribes(sender: Sender, topic: string): boolean {
  const own = (['ack', 'enrolment', 'status'] as const).map((channel) => topicOf(sender, channel))
  return own.includes(topic) || NOTICES.test(topic)
}

/** The hash of a login password as an enrolment carries it. */
export function loginHash(password: string): Uint8Array {
  return sha256(utf8(password))
}
