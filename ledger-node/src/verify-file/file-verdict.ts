import type { Policy, Verify } from '@tristamp/protocol'
import type { FileKind } from './kind.ts'
import type { EvidenceLookup } from './tests-again.ts'

/** What the reader brings beside the file. */
export interface Trust {
  policy: Policy
  /** The entry's bytes, where the file is about one that it does not hold. */
  entry?: Uint8Array
  /** The subject of a bundle; the first one in it unless told. */
  subject?: string
  /** Public key of whoever signed the statement, when it is known. */
  signer?: Uint8Array
  /** Evidence that events name, to run tests again. */
  evidence?: EvidenceLookup
}

/** `holds` what the file claims is so; `fails` it is not, or the file is none; `unchecked` it cannot be decided with what there is. */
export interface FileVerdict {
  kind: FileKind | 'unknown'
  result: 'holds' | 'fails' | 'unchecked'
  /** Why not. */
  code?: string
  detail?: string
  /** What was found, by name. */
  facts: { [name: string]: string | number | boolean | readonly string[] }
}

/** Filled while the file is checked. */
export type Facts = FileVerdict['facts']
export type Outcome = Omit<FileVerdict, 'kind' | 'facts'>

/** Checks one kind of file. @throws ProtocolError */
export type Verifier = (bytes: Uint8Array, trust: Trust, check: Verify, facts: Facts) => Promise<Outcome>
