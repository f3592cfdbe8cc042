import {
  type Checkpoint,
  type Fork,
  ProtocolError,
  parseCheckpoint,
  parseForkProof,
  parseNote,
  proveFork as prove,
  toBase64,
  type Verify,
} from '@tristamp/protocol'
import { DONE, FAILED, parse, print, readGiven, required, text, UsageError } from '../command-line.ts'
import { verifySignature } from '../node-crypto.ts'
import { logKey } from './witness.ts'

const verify: Verify = async (...signed) => verifySignature(...signed)

/** `tristamp-ledger prove-fork`: checks evidence against a log, without asking anyone. 0 only for a proven contradiction. */
export async function proveFork(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { log: text }, true)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('expected one file')
  const key = logKey(required(values.log, 'log'))
  const evidence = (await readGiven(file)).toString('utf8')
  try {
    const fork = await prove(evidence, key, verify)
    print(`PROVEN ${fork.origin} signed two ledgers that exclude each other:`)
    for (const line of claims(fork)) print(`  ${line}`)
    print(contradiction(fork, evidence))
    print('Both checkpoints are signed with the key of the log. Nobody but its holder can have made them.')
    return DONE
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'FORK_UNPROVEN') throw error
    const { checkpoints } = parseForkProof(evidence)
    print(`NOT PROVEN ${key.name} signed both of these, and both can be true:`)
    for (const note of checkpoints) print(`  ${line(parseCheckpoint(parseNote(note).text))}`)
    print(
      'If the ledger shows fewer entries now than the larger of them, it was put back: its own checkpoint will show you (tristamp-ledger check).\n' +
        'Otherwise it owes the proof that the larger continues the smaller.',
    )
    return FAILED
  }
}

function claims({ checkpoints }: Fork): string[] {
  return checkpoints.map(line)
}

function contradiction({ checkpoints: [first, second] }: Fork, evidence: string): string {
  const { prefix } = parseForkProof(evidence)
  return prefix === undefined
    ? `Two roots for one size, ${first.size}.`
    : `The tree of ${second.size} has, at ${first.size} entries, the root ${toBase64(prefix.root)}: not the one that was signed.`
}

function line({ size, root }: Checkpoint): string {
  return `${size} entries, root ${toBase64(root)}`
}
