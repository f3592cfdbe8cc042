import {
  BUNDLE_FORM,
  decodeTransparentStatement,
  ProtocolError,
  parseReceipt,
  parseStatement,
} from '@tristamp/protocol'

/** What a proof file is, by its first bytes and its form. Nothing is checked by telling. */
export type FileKind = 'bundle' | 'tlog-proof' | 'fork' | 'transparent' | 'receipt' | 'statement'

const HEADS: readonly [FileKind, string, number][] = [
  ['tlog-proof', 'c2sp.org/tlog-proof@v1\n', 0],
  ['fork', 'tristamp-fork/1\n', 0],
  // Behind the heads of a CBOR array and of a text.
  ['bundle', BUNDLE_FORM, 2],
]

/** COSE messages differ in their parts only, so each reader is asked in turn. */
const COSE: readonly [FileKind, (bytes: Uint8Array) => unknown][] = [
  ['transparent', decodeTransparentStatement],
  ['receipt', parseReceipt],
  ['statement', parseStatement],
]

/** Whether it begins as a bundle of version 1 does, which nothing here reads any more. */
export function isOldBundle(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64)).toString('latin1').startsWith('tristamp-bundle/1', 2)
}

export function kindOf(bytes: Uint8Array): FileKind | undefined {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  const text = HEADS.find(([, mark, at]) => head.startsWith(mark, at))
  if (text !== undefined) return text[0]
  return COSE.find(([, read]) => reads(read, bytes))?.[0]
}

function reads(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    read(bytes)
    return true
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
