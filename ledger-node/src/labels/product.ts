import type { Localized } from '@tristamp/protocol'
import * as v from 'valibot'
import { LedgerError } from '../error.ts'
import { fetchFrom } from '../peer.ts'
import { gtinOf } from './order.ts'

/** What a node says of a product on labels: docs/spec/http.md, Labels. */
export interface KnownProduct {
  gtin: string
  /** Where the codes of its node lead. */
  base?: string | undefined
  name?: Localized | undefined
  spec?: Localized | undefined
}

const WORDS = v.object({ zh: v.pipe(v.string(), v.maxLength(200)), en: v.pipe(v.string(), v.maxLength(200)) })
const ANSWER = v.object({
  base: v.pipe(v.string(), v.maxLength(200)),
  name: v.optional(WORDS),
  spec: v.optional(WORDS),
})

/** A product as a node has it registered; without a node, its number alone. @throws LedgerError LABEL_INVALID, PEER_* */
export async function productOn(node: string | undefined, product: string): Promise<KnownProduct> {
  const gtin = gtinOf(product)
  if (node === undefined) return { gtin }
  const url = `${node.replace(/\/+$/, '')}/v1/labels/products/${gtin}`
  const bytes = await fetchFrom(url, 4096)
  try {
    return { gtin, ...v.parse(ANSWER, JSON.parse(Buffer.from(bytes).toString('utf8'))) }
  } catch (cause) {
    throw new LedgerError('PEER_REFUSED', `${url}: no answer about a product`, { cause })
  }
}
