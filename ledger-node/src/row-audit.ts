import { equal, HASH_BYTES, TILE_WIDTH } from '@tristamp/protocol'
import { differing } from './audit/flaw.ts'
import { describeKey, type Row, SPACE } from './row.ts'
import type { Mark, Store } from './store.ts'

/** Rows fetched and compared at a time. */
const CHUNK = 1000
const FULL_TILE = TILE_WIDTH * HASH_BYTES

/** Compares the rows that the entries give with those that the store holds: each must be there, and no other. */
export class RowAudit {
  readonly #store: Store
  readonly #mark: Mark | undefined
  readonly #fail: (field: string, detail: string) => never
  /** Rows that later blocks write again: only their last value counts. */
  readonly #growing = new Map<string, Row>()
  readonly #counts = new Map<number, number>()
  #last: Mark | undefined
  #behind = 0

  constructor(store: Store, mark: Mark | undefined, fail: (field: string, detail: string) => never) {
    this.#store = store
    this.#mark = mark
    this.#fail = fail
  }

  /** Takes in the rows of a sealed block. Blocks behind the mark are not in the store yet. */
  async add(rows: Iterable<Row>, mark: Mark): Promise<void> {
    if (this.#mark === undefined || mark.height > this.#mark.height) {
      this.#behind++
      return
    }
    this.#last = mark
    let settled: Row[] = []
    for (const row of rows) {
      if (this.#grows(row)) continue
      settled.push(row)
      if (settled.length < CHUNK) continue
      await this.#compare(settled)
      settled = []
    }
    await this.#compare(settled)
  }

  /** Blocks that are not in the store: a node makes their rows when it starts. */
  get behind(): number {
    return this.#behind
  }

  async end(): Promise<void> {
    if (JSON.stringify(this.#mark) !== JSON.stringify(this.#last)) {
      this.#fail('mark', `says ${JSON.stringify(this.#mark)}, the entries give ${JSON.stringify(this.#last)}`)
    }
    await this.#compare([...this.#growing.values()])
    if (this.#mark !== undefined)
      await this.#store.checkState().catch((error: Error) => this.#fail('mark', error.message))
    const found = new Map<number, number>()
    for await (const key of this.#store.allKeys()) found.set(key[0] ?? -1, (found.get(key[0] ?? -1) ?? 0) + 1)
    if (this.#mark !== undefined) this.#counts.set(SPACE.mark, 1)
    for (const space of new Set([...found.keys(), ...this.#counts.keys()])) {
      const [held, given] = [found.get(space) ?? 0, this.#counts.get(space) ?? 0]
      if (held !== given)
        this.#fail(`rows '${String.fromCharCode(space)}'`, `${held} in the store, ${given} follow from the entries`)
    }
  }

  #grows(row: Row): boolean {
    const space = row.key[0]
    if (space !== SPACE.state && space !== SPACE.tile) return false
    const id = row.key.toString('latin1')
    const grows = space === SPACE.state || row.value.length < FULL_TILE
    if (grows) this.#growing.set(id, row)
    else this.#growing.delete(id)
    return grows
  }

  async #compare(rows: readonly Row[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const chunk = rows.slice(at, at + CHUNK)
      const values = await this.#store.getMany(chunk.map((row) => row.key))
      chunk.forEach(({ key, value }, i) => {
        const found = values[i]
        if (found === undefined) this.#fail(describeKey(key), 'the row is missing')
        if (!equal(found, value)) this.#fail(describeKey(key), differing(found, value))
        this.#counts.set(key[0]!, (this.#counts.get(key[0]!) ?? 0) + 1)
      })
    }
  }
}
