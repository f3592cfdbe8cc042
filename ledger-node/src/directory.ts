import {
  type EnrolledPlace,
  type EnrolledProduct,
  fromBase64Url,
  type GovernanceEvent,
  type Hold,
  keyThumbprint,
  type LimitsAct,
  parseRecordedEvent,
  parseStatement,
  type Recall,
  type RegisterPlace,
  type RegisterProduct,
  toHex,
} from '@tristamp/protocol'
import type { Ledger } from './ledger.ts'
import { rangeOf, readGovernanceRow, SPACE } from './row.ts'

/** A recall in its last wording. `entry`, `position` and `at`: of that wording, or of its end; `since`: of its first wording. */
export interface RecordedRecall {
  recall: Recall
  entry: number
  position: number
  at: string
  since: string
  /** The entry of that. */
  sinceEntry: number
  lifted?: { reason: string }
}

/** A hold, and its end. */
export interface RecordedHold {
  hold: Hold
  entry: number
  position: number
  at: string
  released?: { entry: number; at: string; reason: string }
}

/** What was said of a product's limits, and by whom. */
export type RegisteredLimits = LimitsAct & { org: string }

/**
 * What governance has registered that admission does not need: places, products, and where a key was enrolled. Of what is sealed, read from the
 * entries once and then from where it stopped.
 */
export class Directory {
  readonly #ledger: Ledger
  /** By URI; the last registration counts. */
  readonly #places = new Map<string, EnrolledPlace>()
  /** By organisation, then by product: those that have limits. */
  readonly #products = new Map<string, Map<string, EnrolledProduct>>()
  readonly #registeredPlaces = new Map<string, RegisterPlace>()
  readonly #registeredProducts = new Map<string, RegisterProduct>()
  /** By id, in the order in which they came. */
  readonly #recalls = new Map<string, RecordedRecall>()
  readonly #holds = new Map<string, RecordedHold>()
  /** In the order of the log. */
  readonly #limits: RegisteredLimits[] = []
  /** By kid in hex: the entry that made it a gateway's key, the latest. */
  readonly #enrolled = new Map<string, number>()
  /** Entries below it have been read. */
  #next = 0
  #reading: Promise<void> = Promise.resolve()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Reads what has been sealed since. */
  refresh(): Promise<void> {
    const done = this.#reading.then(() => this.#read())
    this.#reading = done.catch(() => undefined)
    return done
  }

  place(uri: string): EnrolledPlace | undefined {
    return this.#places.get(uri)
  }

  /** By URI, as they were registered last. */
  get registeredPlaces(): ReadonlyMap<string, RegisterPlace> {
    return this.#registeredPlaces
  }

  get registeredProducts(): ReadonlyMap<string, RegisterProduct> {
    return this.#registeredProducts
  }

  /** As it was registered last, with its address. */
  registeredPlace(uri: string): RegisterPlace | undefined {
    return this.#registeredPlaces.get(uri)
  }

  registeredProduct(uri: string): RegisterProduct | undefined {
    return this.#registeredProducts.get(uri)
  }

  /** Every place and product that has a name. */
  *registered(): Generator<RegisterPlace | RegisterProduct> {
    yield* this.#registeredPlaces.values()
    yield* this.#registeredProducts.values()
  }

  /** In ascending order of their URI. */
  products(org: string): EnrolledProduct[] {
    const found = [...(this.#products.get(org)?.values() ?? [])]
    return found.sort((a, b) => (a.product < b.product ? -1 : 1))
  }

  /** Those that stand, and those that were lifted; the newest first. */
  recalls(): RecordedRecall[] {
    return [...this.#recalls.values()].reverse()
  }

  /** Those that stand, and those that were released; the newest first. */
  holds(): RecordedHold[] {
    return [...this.#holds.values()].reverse()
  }

  /** Everything that was ever registered of products' limits, in the order of the log. */
  limits(): readonly RegisteredLimits[] {
    return this.#limits
  }

  enrolledAt(kid: Uint8Array): number | undefined {
    return this.#enrolled.get(toHex(kid))
  }

  #read(): Promise<void> {
    return this.#ledger.read(async ({ size }) => {
      const { store, feed } = this.#ledger
      let next = this.#next
      const from = Buffer.alloc(7)
      from[0] = SPACE.governance
      from.writeUIntBE(next, 1, 6)
      for await (const [key, value] of store.rows({ ...rangeOf(Buffer.of(SPACE.governance)), gte: from })) {
        const { entry, position, effective } = readGovernanceRow(key, value)
        if (entry >= size) break
        next = entry + 1
        if (!effective) continue
        const place = await this.#ledger.placeOf(entry)
        const { header } = parseStatement(await feed.readEntry(place))
        const event = parseRecordedEvent(header.kind, (await feed.readEvents(place))[position]!.event)
        if (event.type === 'TristampGovernance') this.#take(event, entry, position)
      }
      this.#next = next
    })
  }

  #take({ operation, eventTime: at }: GovernanceEvent, entry: number, position: number): void {
    switch (operation.op) {
      case 'enrol-gateway':
        this.#enrolled.set(kidOf(operation.key), entry)
        break
      case 'rotate-key':
        this.#enrolled.set(kidOf(operation.newKey), entry)
        break
      case 'register-place': {
        const { place, name, zone, latE7, lonE7 } = operation
        const known = latE7 !== undefined && lonE7 !== undefined
        this.#registeredPlaces.set(place, operation)
        this.#places.set(place, { name: { ...name }, zone, ...(known && { latE7, lonE7 }) })
        break
      }
      case 'register-product': {
        const { org, product, limits } = operation
        this.#registeredProducts.set(product, operation)
        this.#limits.push({ entry, product, org, limits })
        const products = this.#products.get(org) ?? new Map<string, EnrolledProduct>()
        this.#products.set(org, products)
        if (limits === undefined) products.delete(product)
        else products.set(product, { product, minMilliC: limits.minMilliC, maxMilliC: limits.maxMilliC })
        break
      }
      case 'hold':
        this.#holds.set(operation.id, { hold: operation, entry, position, at })
        break
      case 'release': {
        const held = this.#holds.get(operation.id)
        if (held === undefined) break
        this.#holds.set(operation.id, { ...held, released: { entry, at, reason: operation.reason } })
        break
      }
      case 'recall': {
        const { since = at, sinceEntry = entry } = this.#recalls.get(operation.id) ?? {}
        this.#recalls.set(operation.id, { recall: operation, entry, position, at, since, sinceEntry })
        break
      }
      case 'lift': {
        const lifted = this.#recalls.get(operation.id)
        if (lifted === undefined) break
        this.#recalls.set(operation.id, { ...lifted, entry, position, at, lifted: { reason: operation.reason } })
        break
      }
    }
  }
}

function kidOf(key: string): string {
  return toHex(keyThumbprint(fromBase64Url(key)))
}
