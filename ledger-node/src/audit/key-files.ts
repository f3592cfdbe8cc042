import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AdmissionState,
  formatVerifierKey,
  fromPkcs8Pem,
  type Genesis,
  keyThumbprint,
  publicKeyOf,
  toBase64Url,
  toHex,
} from '@tristamp/protocol'
import { ifThere } from '../if-there.ts'
import { Flawed } from './flaw.ts'

/** Checks that the keys in a node's folder are those that its ledger names. Answers what is worth saying. @throws Flawed */
export async function checkKeyFiles(folder: string, { genesis, keys }: AdmissionState): Promise<string[]> {
  const notes: string[] = []
  for (const name of await pemFiles(join(folder, 'keys'))) {
    const file = join(folder, 'keys', name)
    const publicKey = publicKeyOf(seedIn(await readFile(file, 'latin1'), file))
    const expected = genesis && expectedOf(name, genesis, publicKey)
    if (expected === false) throw new Flawed({ file, field: 'key', detail: 'not the key that the genesis names' })
    if (name.startsWith('admin-') && keys.get(toHex(keyThumbprint(publicKey)))?.kind !== 'administrator')
      notes.push(`${file} is the key of no administrator`)
  }
  return notes
}

/** Whether a key is the one that the genesis has for this file; undefined where it has none. */
function expectedOf(name: string, { origin, logKey, ackKey }: Genesis, publicKey: Uint8Array): boolean | undefined {
  if (name === 'log.pem') return formatVerifierKey(origin, 1, publicKey) === logKey
  if (name === 'ack.pem') return toBase64Url(publicKey) === ackKey
  return undefined
}

function seedIn(pem: string, file: string): Uint8Array {
  try {
    return fromPkcs8Pem(pem)
  } catch {
    throw new Flawed({ file, field: 'key', detail: 'not an Ed25519 key in PKCS#8 PEM' })
  }
}

async function pemFiles(folder: string): Promise<string[]> {
  // A copy without keys is as good to audit.
  return ((await ifThere(readdir(folder))) ?? []).filter((name) => name.endsWith('.pem')).sort()
}
