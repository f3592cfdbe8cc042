import { fromBase64Url, NO_QUORUM, type Policy, ProtocolError, parsePolicy } from '@tristamp/protocol'
import { logKey } from './command/witness.ts'
import { DONE, FAILED, failed, flag, parse, print, readGiven, text, UsageError } from './command-line.ts'
import { hashOnNode, verifySignature } from './node-crypto.ts'
import { evidenceIn } from './verify-file/tests-again.ts'
import { verifyFile } from './verify-file/verify-file.ts'
import { langOf, wordsOf } from './verify-file/words.ts'
import { VERSION } from './version.ts'

const HELP = `tristamp: checks proof files, offline

Usage
  tristamp verify FILE (--policy FILE | --log VKEY) [--entry FILE] [--subject URI] [--signer KEY] [--evidence DIR] [--json]
      Checks a bundle (.tristamp), a tlog-proof, a receipt, a statement with receipts, or a fork proof, with what you bring and
      nothing else. No request is made.
      --policy FILE   whose signatures count: the file that you trust, as a ledger serves it at /v1/policy
      --log VKEY      instead: this log's key alone, and no witnesses
      --entry FILE    the entry that a receipt, or a tlog-proof without it, is about
      --subject URI   what a bundle must be about; otherwise its own first subject
      --signer KEY    public key (base64url) of whoever signed a statement, to check that signature too
      --evidence DIR  evidence by digest, as an archive or a node's folder holds it: recorded tests are run again
      --json          the verdict for programs
  tristamp --help | --version

Exit codes
  0  what the file claims holds
  1  it does not hold, or cannot be decided with what was given
  2  wrong usage

Environment
  TRISTAMP_LANG (en or zh); otherwise the language of the system
`

/** Runs the program; answers its exit code. */
export async function main(argv: string[]): Promise<number> {
  const [command = '--help', ...rest] = argv
  hashOnNode()
  try {
    if (command === '--help' || command === '-h' || command === 'help') print(HELP.trimEnd())
    else if (command === '--version') print(VERSION)
    else if (command === 'verify') return await verify(rest)
    else throw new UsageError(`no such command: ${command}`)
    return DONE
  } catch (error) {
    return failed(error, 'tristamp')
  }
}

async function verify(args: string[]): Promise<number> {
  const flags = {
    policy: text,
    log: text,
    entry: text,
    subject: text,
    signer: text,
    evidence: text,
    json: flag,
  } as const
  const { values, positionals } = parse(args, flags, true)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('expected one file')
  const trust = {
    policy: await policyOf(values.policy, values.log),
    ...(values.entry !== undefined && { entry: await readGiven(values.entry) }),
    ...(values.subject !== undefined && { subject: values.subject }),
    ...(values.signer !== undefined && { signer: keyOf(values.signer) }),
    ...(values.evidence !== undefined && { evidence: evidenceIn(values.evidence) }),
  }
  const verdict = await verifyFile(await readGiven(file), trust, async (...signed) => verifySignature(...signed))
  if (values.json === true) print(JSON.stringify({ file, ...verdict }, undefined, 2))
  else for (const line of wordsOf(verdict, langOf(process.env))) print(line)
  return verdict.result === 'holds' ? DONE : FAILED
}

async function policyOf(file: string | undefined, log: string | undefined): Promise<Policy> {
  if ((file === undefined) === (log === undefined)) throw new UsageError('either --policy FILE or --log VKEY')
  if (file === undefined) return { logs: [{ key: logKey(log!) }], witnesses: [], groups: [], quorum: NO_QUORUM }
  const text = Buffer.from(await readGiven(file)).toString('utf8')
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof ProtocolError) throw new UsageError(`--policy ${file}: ${error.message}`)
    throw error
  }
}

function keyOf(base64url: string): Uint8Array {
  try {
    const key = fromBase64Url(base64url)
    if (key.length === 32) return key
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  throw new UsageError(`--signer ${base64url}: expected 32 bytes in base64url`)
}
