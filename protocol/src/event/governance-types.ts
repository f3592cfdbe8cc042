// The operations of governance events (protocol §10): outer shapes shared by admission, subjects and readers.

/** A text people read, in both languages of the pages. */
export interface Localized {
  zh: string
  en: string
}

/** What a gateway may record: each names the stage events its key may sign. */
export type Role = 'commission' | 'transform' | 'pack' | 'ship' | 'receive' | 'observe' | 'sell'

/** The ledger's first entry: who administers it, and with which keys it signs. Keys base64url (32 bytes); `logKey` a note verifier key. */
export interface Genesis {
  op: 'genesis'
  origin: string
  administrators: { name: string; key: string }[]
  threshold: number
  windowS: number
  logKey: string
  ackKey: string
}

/** An organisation enters the consortium; `party` is its 417 URI. */
export interface EnrolOrganisation {
  op: 'enrol-organisation'
  org: string
  party: string
  name: Localized
}

/** A gateway's key becomes active: `uri` its 8004 asset URI, `station` the place or asset it stands in, `login` base64url SHA-256 of its MQTT password, `tls` base64url SHA-256 of its TLS client key (SubjectPublicKeyInfo, RFC 7469 §2.4). */
export interface EnrolGateway {
  op: 'enrol-gateway'
  org: string
  gateway: string
  uri: string
  key: string
  station: string
  roles: Role[]
  login: string
  tls?: string
}

/** A place (414) or asset people may see by name; `zone` is an IANA time zone, latitude and longitude in 1e-7 degrees. */
export interface RegisterPlace {
  op: 'register-place'
  org: string
  place: string
  name: Localized
  address: Localized
  latE7?: number
  lonE7?: number
  zone: string
}

/**
 * How warm a product may become, milli-°C. `toleranceS`: for how long readings may be outside before its lot is held; without it, not at all.
 * `maxKineticMilliC`: what the mean kinetic temperature may be, for medicines.
 */
export interface ProductLimits {
  minMilliC: number
  maxMilliC: number
  toleranceS?: number
  maxKineticMilliC?: number
}

/**
 * A product (01) people may see by name, with its temperature limits in milli-degrees Celsius, and for a product of a region the corners of
 * that region (1e-7 degrees, in order, not across the date line).
 */
export interface RegisterProduct {
  op: 'register-product'
  org: string
  product: string
  name: Localized
  spec: Localized
  limits?: ProductLimits
  region?: { latE7: number; lonE7: number }[]
}

/** A new key takes the place of another: same name, same station, same roles, a chain of its own. `login` and `tls` are a gateway's alone; without `tls` the one before stays. */
export interface RotateKey {
  op: 'rotate-key'
  /** The kid (base64url) of the key that ends. */
  key: string
  /** The public key (base64url) that takes its place. */
  newKey: string
  login?: string
  tls?: string
}

/** A key signs no more from this entry on; `key` is its kid (base64url). */
export interface RevokeKey {
  op: 'revoke-key'
  key: string
  reason: string
}

/** A key (its kid) signs no more until it is restored. */
export interface SuspendKey {
  op: 'suspend-key'
  key: string
  reason: string
  /** Two statements (base64) that the key signed under one seq: they speak for themselves, whoever brings them. */
  evidence?: [string, string]
}

/** A suspended key (its kid) may sign again. */
export interface RestoreKey {
  op: 'restore-key'
  key: string
  reason: string
}

/** How grave a recall is: 1 may do serious harm, 2 may do some, 3 none that is known (the classes of GB and FDA recalls). */
export type RecallClass = 1 | 2 | 3

/** Goods are called back, in words for everyone who holds some. Recorded again under the same `id` it replaces what was said before. */
export interface Recall {
  op: 'recall'
  /** A UUID. */
  id: string
  /** Who recalls. */
  org: string
  /** Items, lots, products and units. */
  subjects: string[]
  class: RecallClass
  /** Why; what it may do to people; what a consumer does; what whoever holds stock does. */
  reason: Localized
  hazard: Localized
  consumer: Localized
  holder: Localized
  /** Where to ask: a telephone number, an address. */
  contact?: string
  /** An exercise: it is carried everywhere and stops nothing. */
  drill?: true
  /** `subjects` are the answer of a trace over so many entries; SHA-256 (base64url) of that answer's bytes. */
  trace?: { treeSize: number; digest: string }
  /** After a trace: what is recorded later under a lot or product of `subjects` belongs to it too. */
  after?: 'same-lot'
}

/** A recall (its `id`) ends. */
export interface Lift {
  op: 'lift'
  id: string
  reason: string
}

/** Where an event stands, and its own name. */
export interface GroundEvent {
  entry: number
  position: number
  eventID: string
}

/** What a hold rests on, so that everyone can reckon it again: readings outside the registered limits of a product. */
export interface HoldGround {
  product: string
  /** As they were registered when the readings were recorded. */
  limits: ProductLimits
  /** The lot or an item of it, then what that was in, from the inside out: the readings stand beside one of these. */
  way: string[]
  /** In the order of the log. */
  readings: GroundEvent[]
  /** The extremes of these readings, and for how long they were outside at least. */
  lowestMilliC: number
  highestMilliC: number
  outsideMs: number
}

/** Goods go no further until persons have decided. With a `ground` the ledger's own key signs it by itself; persons give a `reason`. */
export interface Hold {
  op: 'hold'
  /** A UUID. */
  id: string
  /** Whose product it is, or who holds. */
  org: string
  /** Items, lots, products and units. */
  subjects: string[]
  reason?: Localized
  ground?: HoldGround
}

/** A hold (its `id`) ends: persons let the goods go. */
export interface Release {
  op: 'release'
  id: string
  reason: string
}

export type Operation =
  | Genesis
  | EnrolOrganisation
  | EnrolGateway
  | RotateKey
  | RevokeKey
  | SuspendKey
  | RestoreKey
  | RegisterPlace
  | RegisterProduct
  | Recall
  | Lift
  | Hold
  | Release

/** A governance event as signed: a statement about the ledger itself, by an administrator or by the ledger's own key. */
export interface GovernanceEvent {
  type: 'TristampGovernance'
  eventID: string
  eventTime: string
  operation: Operation
}
