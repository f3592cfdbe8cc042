import { ProtocolError } from './error.ts'
import { isSealable } from './sealed-item.ts'

// What whoever prints sealed codes gives the gateway that packs (docs/spec/sealed-code.md, Manifest): commitments, and no secret.

const HEAD = 'tristamp-sealed/1'
const COMMITMENT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
/** Bytes of a manifest: some hundred thousand items. */
export const SEALED_MANIFEST_BYTES: number = 16 * 1024 * 1024

/** The lines of a manifest, each with its end. */
export function* sealedManifest(commitments: Iterable<readonly [item: string, commitment: string]>): Generator<string> {
  yield `${HEAD}\n`
  for (const [item, commitment] of commitments) yield `${item} ${commitment}\n`
}

/**
 * Reads a manifest: commitments by the URI of the item.
 * @throws ProtocolError SEALED_MALFORMED, with the line
 */
export function parseSealedManifest(text: string): ReadonlyMap<string, string> {
  const malformed = (line: number, what: string): ProtocolError =>
    new ProtocolError('SEALED_MALFORMED', `line ${line}: ${what}`)
  if (text.length > SEALED_MANIFEST_BYTES) throw malformed(1, `more than ${SEALED_MANIFEST_BYTES} bytes`)
  const [head, ...lines] = text.replaceAll('\r\n', '\n').split('\n')
  if (head !== HEAD) throw malformed(1, `expected ${HEAD}`)
  const commitments = new Map<string, string>()
  for (const [i, line] of lines.entries()) {
    if (line === '') continue
    const [item = '', commitment = '', ...more] = line.split(' ')
    if (more.length > 0 || !COMMITMENT.test(commitment) || !isSealable(item))
      throw malformed(i + 2, 'expected an item and its commitment')
    if ((commitments.get(item) ?? commitment) !== commitment) throw malformed(i + 2, 'another commitment to one item')
    commitments.set(item, commitment)
  }
  return commitments
}
