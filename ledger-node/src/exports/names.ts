import {
  type Localized,
  ProtocolError,
  parseDigitalLink,
  productOf,
  type RegisterPlace,
  type RegisterProduct,
} from '@tristamp/protocol'
import type { Directory } from '../directory.ts'
import type { Ledger } from '../ledger.ts'

/** What people call things, as governance has registered it. */
export interface NameBook {
  place(uri: string): RegisterPlace | undefined
  /** Of a lot or an item, its product. */
  product(uri: string): RegisterProduct | undefined
  organisation(org: string): Localized | undefined
  /** Of a party's URI. */
  party(uri: string): Localized | undefined
}

/** All names, as plain data: a thread of its own gets them so. */
export interface NameTables {
  places: ReadonlyMap<string, RegisterPlace>
  products: ReadonlyMap<string, RegisterProduct>
  organisations: ReadonlyMap<string, Localized>
  parties: ReadonlyMap<string, Localized>
}

/** The names of a ledger as of its last seal. Call `directory.refresh()` first. */
export function nameTables(directory: Directory, ledger: Ledger): NameTables {
  const organisations = [...ledger.state.organisations.values()]
  return {
    places: directory.registeredPlaces,
    products: directory.registeredProducts,
    organisations: new Map(organisations.map(({ org, name }) => [org, name])),
    parties: new Map(organisations.map(({ party, name }) => [party, name])),
  }
}

export function nameBook({ places, products, organisations, parties }: NameTables): NameBook {
  return {
    place: (uri) => places.get(uri) ?? places.get(withoutExtension(uri)),
    product: (uri) => products.get(productOf(uri) ?? ''),
    organisation: (org) => organisations.get(org),
    party: (uri) => parties.get(uri),
  }
}

/** A part of a site (AI 254) is called as its site where it has no name of its own. */
function withoutExtension(uri: string): string {
  return uri.replace(/\/254\/.*$/, '')
}

/** The value of an application identifier in a Digital Link. */
export function elementOf(uri: string, ai: string): string | undefined {
  try {
    return parseDigitalLink(uri).elements.get(ai)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
