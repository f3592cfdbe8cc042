import { type Localized, ProtocolError } from '@tristamp/protocol'
import * as v from 'valibot'
import type { Symbols } from './face.ts'
import type { LabelOrder } from './order.ts'
import { distinct, invalid } from './serials.ts'

// What the page of labels asks a node for (docs/spec/http.md, Labels). No secret is among it: sealed codes are made where they are printed.

/** Labels of one request: ten sheets. More is for the command, which no ledger waits for. */
export const MAX_REQUESTED = 240

export interface LabelRequest {
  product: string
  name?: Localized | undefined
  spec?: Localized | undefined
  lot?: string | undefined
  expiry?: string | undefined
  serials: string[]
  template: string
  symbol: Symbols
  language: LabelOrder['language']
  format: 'pages' | 'html' | 'zpl'
  cuts: boolean
  dpi: '203' | '300' | '600'
}

const NAME = v.pipe(v.string(), v.maxLength(200))
const WORDS = v.strictObject({ zh: NAME, en: NAME })
const REQUEST: v.GenericSchema<unknown, LabelRequest> = v.strictObject({
  product: v.pipe(v.string(), v.maxLength(200)),
  name: v.optional(WORDS),
  spec: v.optional(WORDS),
  lot: v.optional(v.pipe(v.string(), v.maxLength(20))),
  expiry: v.optional(v.pipe(v.string(), v.maxLength(10))),
  serials: v.pipe(v.array(v.pipe(v.string(), v.maxLength(20))), v.minLength(1), v.maxLength(MAX_REQUESTED)),
  template: v.pipe(v.string(), v.maxLength(20)),
  symbol: v.optional(v.picklist(['qr', 'datamatrix', 'both']), 'qr'),
  language: v.optional(v.picklist(['zh', 'en']), 'zh'),
  format: v.optional(v.picklist(['pages', 'html', 'zpl']), 'pages'),
  cuts: v.optional(v.boolean(), false),
  dpi: v.optional(v.picklist(['203', '300', '600']), '203'),
})

/** @throws LedgerError LABEL_INVALID */
export function labelRequest(body: unknown): LabelRequest {
  const read = v.safeParse(REQUEST, body)
  if (!read.success) throw invalid(`${v.getDotPath(read.issues[0]) ?? 'the request'}: ${read.issues[0].message}`)
  return { ...read.output, serials: distinct(read.output.serials) }
}

/** Runs `make`; what GS1 refuses is a label that cannot be made. @throws LedgerError LABEL_INVALID */
export function forLabels<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid(error.message)
    throw error
  }
}
