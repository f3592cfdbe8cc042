import { execFile } from 'node:child_process'
import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  assertEnrollableKey,
  fromBase64Url,
  type Sign,
  signOnNode,
  toBase64Url,
  verifyOnNode,
} from '@tristamp/protocol'
import { textOf } from './config-diff.ts'
import type { KeyConfig } from './config-types.ts'
import { AgentError, whyOf } from './error.ts'
import { replaceFile } from './head-file.ts'
import { nodeCrypto, publicKeyOf, readKeyFile, readSecret } from './key-file.ts'

/** Something that holds an Ed25519 key and signs with it. The key itself does not come out. */
export interface KeyStore {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** Resolves with a signature that was checked. @throws AgentError KEY_STORE: it may be tried again */
  sign(message: Uint8Array): Promise<Uint8Array>
  /** Where the key is in this process: the same at once. */
  readonly signNow?: Sign
}

const verify = verifyOnNode(nodeCrypto)
/** What a program may print. */
const MAX_OUTPUT = 65_536

/** A key in memory, from its 32-byte seed. */
export function memoryKey(seed: Uint8Array): KeyStore {
  const signNow = signOnNode(nodeCrypto, seed)
  return { publicKey: publicKeyOf(seed), signNow, sign: async (message) => signNow(message) }
}

/**
 * Opens a key store. `file` is the key file, or for a key that is elsewhere the file that remembers its public half: the gateway then also
 * starts while the device is not there. @throws AgentError KEY_MISSING, KEY_MODE, KEY_MALFORMED
 */
export function openKey(key: KeyConfig, file: string): KeyStore {
  if (key.type === 'file') return memoryKey(readKeyFile(file))
  const publicKey = key.type === 'command' ? key.publicKey : readPublicKey(file)
  return elsewhere(publicKey, key.type === 'command' ? commandOf(key) : pkcs11Sign(key))
}

/** Asks the device for the public half once, and remembers it. @throws AgentError KEY_STORE, KEY_MALFORMED */
export async function meetKey(key: Exclude<KeyConfig, { type: 'file' }>, file: string): Promise<KeyStore> {
  const publicKey = key.type === 'command' ? key.publicKey : await pkcs11PublicKey(key)
  try {
    assertEnrollableKey(publicKey)
  } catch (cause) {
    throw new AgentError('KEY_MALFORMED', { path: key.type, why: whyOf(cause) }, { cause })
  }
  const store = elsewhere(publicKey, key.type === 'command' ? commandOf(key) : pkcs11Sign(key))
  // A signature now: what does not sign at the beginning should be known at the beginning.
  await store.sign(new Uint8Array(randomBytes(32)))
  replaceFile(file, `${toBase64Url(publicKey)} ${tagOf(key)}\n`, true)
  return store
}

/** Whether a remembered public half is that of the key at this place. */
export function isKeyOf(key: KeyConfig, file: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim().split(' ')[1] === tagOf(key)
  } catch {
    return false
  }
}

/** Says where a key is, in few letters. */
function tagOf(key: KeyConfig): string {
  const { timeoutMs: _timeout, ...place } = { timeoutMs: 0, ...key }
  return createHash('sha256').update(textOf(place)).digest('hex').slice(0, 16)
}

function elsewhere(publicKey: Uint8Array, ask: (message: Uint8Array) => Promise<Uint8Array>): KeyStore {
  return {
    publicKey,
    async sign(message) {
      const signature = await ask(message)
      if (signature.length !== 64) throw new AgentError('KEY_STORE', { why: `${signature.length} bytes instead of 64` })
      // A signature that the ledger would refuse must not get into the chain.
      if (!verify(publicKey, message, signature))
        throw new AgentError('KEY_STORE', { why: 'the signature is not by the key that is configured' })
      return signature
    },
  }
}

function readPublicKey(file: string): Uint8Array {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new AgentError('KEY_MISSING', { path: file, why: whyOf(cause) }, { cause })
  }
  try {
    const key = fromBase64Url(text.split(' ')[0]!)
    if (key.length !== 32) throw new Error('not 32 bytes')
    return key
  } catch (cause) {
    throw new AgentError('KEY_MALFORMED', { path: file, why: whyOf(cause) }, { cause })
  }
}

type Pkcs11 = KeyConfig & { type: 'pkcs11' }

function commandOf({ sign, timeoutMs }: KeyConfig & { type: 'command' }): (message: Uint8Array) => Promise<Uint8Array> {
  const [program = '', ...args] = sign
  return (message) => run(program, args, message, timeoutMs)
}

/** OpenSC's pkcs11-tool: the mechanism EDDSA over the message as it is (RFC 8032 Ed25519). */
function pkcs11Sign(key: Pkcs11): (message: Uint8Array) => Promise<Uint8Array> {
  let refused: string | undefined
  return async (message) => {
    const pin = readSecret(key.pinFile).trim()
    // A token locks itself after a few wrong ones, and signing is tried again every second.
    if (pin === refused)
      throw new AgentError('KEY_STORE', {
        why: `the token refused the PIN in ${key.pinFile}: it is tried again when the file has changed`,
      })
    try {
      // By the environment, which no other user of the machine can read; a command line anyone can.
      const args = ['--login', '--pin', 'env:TRISTAMP_PIN', '--sign', '--mechanism', 'EDDSA']
      return await pkcs11(key, args, message, { TRISTAMP_PIN: pin })
    } catch (thrown) {
      if (thrown instanceof AgentError && /CKR_PIN_/.test(String(thrown.fields['why']))) refused = pin
      throw thrown
    }
  }
}

async function pkcs11PublicKey(key: Pkcs11): Promise<Uint8Array> {
  const bytes = await pkcs11(key, ['--read-object', '--type', 'pubkey'], new Uint8Array(0))
  try {
    return publicKeyIn(bytes)
  } catch (cause) {
    throw new AgentError('KEY_STORE', { why: `no Ed25519 public key with the id ${key.id}` }, { cause })
  }
}

/** As versions of the tool differ: SPKI in PEM or DER, or the bare point as an octet string. */
function publicKeyIn(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 34 && bytes[0] === 0x04 && bytes[1] === 32) return bytes.slice(2)
  if (bytes.length === 32) return bytes
  const buffer = Buffer.from(bytes)
  const isPem = buffer.toString('latin1').startsWith('-----BEGIN')
  const { x, crv } = createPublicKey(isPem ? buffer : { key: buffer, format: 'der', type: 'spki' }).export({
    format: 'jwk',
  })
  if (crv !== 'Ed25519') throw new Error(`a key of ${crv}`)
  return fromBase64Url(x!)
}

function pkcs11(
  key: Pkcs11,
  more: readonly string[],
  input: Uint8Array,
  env: NodeJS.ProcessEnv = {},
): Promise<Uint8Array> {
  const { module, token, slot, id, tool, timeoutMs } = key
  const where = token === undefined ? ['--slot', String(slot)] : ['--token-label', token]
  return run(tool, ['--module', module, ...where, '--id', id, ...more], input, timeoutMs, env)
}

/** Runs a program with something on its standard input. @throws AgentError KEY_STORE */
function run(
  program: string,
  args: readonly string[],
  input: Uint8Array,
  timeoutMs: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = {
      ...({ encoding: 'buffer', timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT } as const),
      env: { ...process.env, ...env },
    }
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(new Uint8Array(stdout))
      const said = stderr.toString('utf8').trim().split('\n')
      const last = said.filter((line) => !line.startsWith('Aborting')).at(-1) ?? ''
      const why = error.killed ? `no answer in ${timeoutMs} ms` : last || `${program}: ${String(error.code)}`
      reject(new AgentError('KEY_STORE', { why }, { cause: error }))
    })
    // A program that ends without reading is told by its end.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
