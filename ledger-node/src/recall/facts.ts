import type { RecallAnswer } from '@tristamp/protocol'

// What is known of a recall's goods, as data: what the trace says, what holders say, what gateways refused. Quantities are thousandths of `uom`, of
// pieces without it.

/** Where what is told is recorded. */
export interface FactProof {
  entry: number
  position: number
  eventID: string
  kind: 'trace' | 'answer' | 'blocked'
}

/** Some of the recalled goods, where the trace says that they are, or what became of them. */
export interface StockFact {
  state: 'there' | 'sold' | 'destroyed' | 'used'
  /** Absent while they are on the way, or where no event told. */
  place?: string
  /** Party that had them last. */
  holder?: string
  /** Absent where nobody told how much it is. */
  milli?: number
  uom?: string
  /** Items and units that it is made of. */
  things: number
  /** ms since 1970. */
  at?: number
  proofs: readonly FactProof[]
}

/** What a gateway says of a place, in the order of the log. */
export interface AnswerFact {
  /** `<org>/<gateway>`: whose last word it is. */
  speaker: string
  /** The party of its organisation. */
  holder: string
  place: string
  /** Whether the place is the gateway's own station, as it is enrolled: only there it speaks for goods that another party holds. */
  atHome: boolean
  state: RecallAnswer
  milli?: number
  uom?: string
  at: number
  proof: FactProof
}

/** A try to handle recalled goods that a gateway refused. `piece`: it was one item, by its own number. */
export interface BlockedFact {
  holder: string
  place: string
  atHome: boolean
  subject: string
  piece: boolean
  at: number
  proof: FactProof
}

/** More went out of a place than ever came in: something was not recorded, or is not true. */
export interface Unrecorded {
  place?: string
  milli: number
  uom?: string
  proofs: readonly FactProof[]
}

export interface RecallFacts {
  stock: readonly StockFact[]
  answers: readonly AnswerFact[]
  blocked: readonly BlockedFact[]
}
