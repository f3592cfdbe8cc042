import {
  ED25519_COSIGNATURE,
  formatVerifierKey,
  isKeyName,
  parseVerifierKey,
  type VerifierKey,
} from '@tristamp/protocol'
import { DONE, flag, list, parse, print, required, say, text, UsageError } from '../command-line.ts'
import { DEFAULTS } from '../config-schema.ts'
import { keyPath, loadOrMakeKey } from '../keys.ts'
import type { TlsFiles } from '../tls.ts'
import { startWitness } from '../witness/standalone.ts'

/** `tristamp-ledger witness`: cosigns the checkpoints of others' logs until it is stopped. */
export async function witness(args: string[]): Promise<number> {
  const tls = { 'tls-cert': text, 'tls-key': text, 'insecure-plain': flag } as const
  const { values } = parse(args, { data: text, name: text, log: list, host: text, port: text, ...tls })
  const port = values.port ?? '7380'
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`--port ${port}: expected a port number`)
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  const running = await startWitness(
    {
      data: required(values.data, 'data'),
      name: required(values.name, 'name'),
      logs: logKeys(values.log),
      host: values.host ?? DEFAULTS.host,
      port: Number(port),
      requestsPerSecond: DEFAULTS.postsPerSecond,
      tls: tlsFiles(values['tls-cert'], values['tls-key']),
      plain: values['insecure-plain'] === true,
    },
    say,
  )
  print(`ready ${running.url} ${running.vkey}`)
  say(`${await stopped}: stopping`)
  await running[Symbol.asyncDispose]()
  return DONE
}

/** `tristamp-ledger witness-key`: the key that a log's operator needs before the witness runs. */
export async function witnessKey(args: string[]): Promise<number> {
  const { values } = parse(args, { data: text, name: text })
  const name = required(values.name, 'name')
  if (!isKeyName(name)) throw new UsageError(`--name ${name}: expected a name without spaces and plus signs`)
  const key = await loadOrMakeKey(keyPath(required(values.data, 'data'), 'witness'))
  print(formatVerifierKey(name, ED25519_COSIGNATURE, key.publicKey))
  return DONE
}

function tlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined
  return { cert: required(cert, 'tls-cert'), key: required(key, 'tls-key') }
}

/** Keys of logs from flags. @throws UsageError */
function logKeys(texts: readonly string[] | undefined): VerifierKey[] {
  if (texts === undefined) throw new UsageError('--log is missing')
  return texts.map(logKey)
}

/** @throws UsageError */
export function logKey(vkey: string): VerifierKey {
  try {
    const key = parseVerifierKey(vkey)
    if (key.type === 1) return key
  } catch {
    // Told below, with the flag.
  }
  throw new UsageError(`--log ${vkey}: expected the key of a log, name+hex+base64, as "init" prints it`)
}
