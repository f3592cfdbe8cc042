import { LedgerError } from './error.ts'
import { Gate } from './gate.ts'
import type { Publication, Sealed } from './publication.ts'

/** Lets readers in between the writer's changes, on a state that does not change while they read. */
export class Readers {
  readonly #gate = new Gate()
  readonly #publication: Publication
  readonly #blind: () => boolean

  /** @param blind whether memory is not as of what was published, so that nothing can be read */
  constructor(publication: Publication, blind: () => boolean) {
    this.#publication = publication
    this.#blind = blind
  }

  /** Runs a change while nobody reads. */
  exclude<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.write(work)
  }

  /** Runs a query on the state that readers see; the history map may be one seal ahead of it. */
  read<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    return this.#gate.read(async () => work(this.#readable(this.#publication.shown)))
  }

  /** The same for queries of the history map, of which only the latest state is there: they wait until it is published. */
  async readMap<T>(work: (sealed: Sealed) => Promise<T>): Promise<T> {
    const none = Symbol('waits')
    for (let waits = 0; ; waits++) {
      await this.#publication.settled
      const result = await this.#gate.read(async () => {
        // Another seal came between; a reader that has waited twice is shown it as it is.
        if (this.#publication.waiting && waits < 2) return none
        return work(this.#readable(this.#publication.latest))
      })
      if (result !== none) return result as T
    }
  }

  #readable(sealed: Sealed | undefined): Sealed {
    if (sealed === undefined || this.#blind())
      throw new LedgerError('NODE_DEGRADED', 'no sealed state can be read at present')
    return sealed
  }
}
