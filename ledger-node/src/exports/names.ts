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

/** The names of a ledger as of its last seal. Call `directory.refresh()` first. */
export function nameBook(directory: Directory, ledger: Ledger): NameBook {
  const { organisations } = ledger.state
  const parties = new Map([...organisations.values()].map(({ party, name }) => [party, name]))
  return {
    place: (uri) => directory.registeredPlace(uri) ?? directory.registeredPlace(withoutExtension(uri)),
    product: (uri) => {
      const product = productOf(uri)
      return product === undefined ? undefined : directory.registeredProduct(product)
    },
    organisation: (org) => organisations.get(org)?.name,
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
