import { fromUtf8, utf8 } from '@tristamp/protocol'
import type { Moment } from './clock.ts'
import type { Store, Write } from './store.ts'

/**
 * Which goods an asset holds, and since when or since which stamp. So a temperature, which is the asset's, is joined to goods: an
 * event about goods covers what the asset measured since they came in or were last stamped.
 */
export class Holdings {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The moment of each of the goods that the asset holds. */
  async since(asset: string, goods: readonly string[]): Promise<Moment[]> {
    return (await this.look(asset, goods)).filter((moment) => moment !== undefined)
  }

  /** For each of the goods its moment, or undefined where the asset does not hold it. */
  async look(asset: string, goods: readonly string[]): Promise<(Moment | undefined)[]> {
    const records = await this.#store.getMany(
      'holding',
      goods.map((id) => keyOf(asset, id)),
    )
    return records.map((bytes) => (bytes ? (JSON.parse(fromUtf8(bytes)) as Moment) : undefined))
  }

  /** The goods are held, and stamped, as of this moment. */
  hold(asset: string, goods: readonly string[], moment: Moment): Write[] {
    const value = utf8(JSON.stringify(moment))
    return goods.map((id) => ({ type: 'put', space: 'holding', key: keyOf(asset, id), value }))
  }

  release(asset: string, goods: readonly string[]): Write[] {
    return goods.map((id) => ({ type: 'del', space: 'holding', key: keyOf(asset, id) }))
  }
}

/** URIs hold no spaces. */
function keyOf(asset: string, goods: string): string {
  return `${asset} ${goods}`
}
