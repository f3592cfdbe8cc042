import { keyUri, parseStatement, toBase64 } from '@tristamp/protocol'
import type { Facts } from './file-verdict.ts'

/** Which ledger, and how large. */
export function describeTree(
  { origin, size, root }: { origin: string; size: number; root: Uint8Array },
  facts: Facts,
): void {
  facts['origin'] = origin
  facts['size'] = size
  facts['root'] = toBase64(root)
}

export function describeReceipt(
  receipt: { header: { iss: string; iat: number }; index: number; treeSize: number },
  facts: Facts,
): void {
  facts['ledger'] = receipt.header.iss
  facts['entry'] = receipt.index
  facts['size'] = receipt.treeSize
  facts['receiptAt'] = new Date(receipt.header.iat * 1000).toISOString()
}

/** What a statement says of itself. */
export function describeStatement(bytes: Uint8Array, facts: Facts): void {
  const { header } = parseStatement(bytes)
  facts['signer'] = header.iss
  facts['station'] = header.sub
  facts['key'] = keyUri(header.kid)
  facts['seq'] = header.seq
  facts['count'] = header.count
  facts['signedAt'] = new Date(header.iat * 1000).toISOString()
}
