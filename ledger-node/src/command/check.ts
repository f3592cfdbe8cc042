import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LIMITS, parsePolicy, utf8, type Verify } from '@tristamp/protocol'
import { checkLedger, type LedgerCheck } from '../check-ledger.ts'
import { DONE, FAILED, parse, print, readGiven, required, say, text } from '../command-line.ts'
import { nodeDisk } from '../disk.ts'
import { ifThere } from '../if-there.ts'
import { verifySignature } from '../node-crypto.ts'
import { fetchFrom } from '../peer.ts'

const verify: Verify = async (...signed) => verifySignature(...signed)

/**
 * `tristamp-ledger check`: what the page on a phone does, for a script. The policy is the file given, or the one that the first check
 * was made with and that is kept beside the remembered checkpoint, or the one that the ledger serves: trust on first use.
 */
export async function check(args: string[]): Promise<number> {
  const { values } = parse(args, { node: text, policy: text, remember: text, fork: text })
  const node = required(values.node, 'node').replace(/\/+$/, '')
  const remember = values.remember === undefined ? undefined : resolve(values.remember)
  const pinned = remember === undefined ? undefined : await ifThere(readFile(`${remember}.policy`, 'utf8'))
  const given = values.policy === undefined ? undefined : (await readGiven(values.policy)).toString('utf8')
  const policy =
    given ?? pinned ?? Buffer.from(await fetchFrom(`${node}/v1/policy`, LIMITS.policyBytes)).toString('utf8')
  if (given === undefined && pinned === undefined) say('the policy is the one that the ledger itself serves')
  const before = remember === undefined ? undefined : await ifThere(readFile(remember, 'utf8'))
  const made = await checkLedger(node, parsePolicy(policy), before, verify)
  if (made.continuity === 'rollback' || made.continuity === 'fork')
    return accuse(made, values.fork ?? `${remember}.tristamp-fork`)
  if (remember !== undefined) {
    await nodeDisk.replace(remember, utf8(made.now.note))
    if (given === undefined && pinned === undefined) await nodeDisk.replace(`${remember}.policy`, utf8(policy))
  }
  print(`ok ${made.now.origin} size ${made.now.size} root ${rootOf(made)}: ${sentence(made)}`)
  if (made.cosigned.length > 0) print(`cosigned by ${made.cosigned.join(', ')}`)
  if (made.quorum) return DONE
  print('UNCHECKED POLICY_QUORUM: fewer witnesses have cosigned than the policy wants')
  return FAILED
}

async function accuse({ continuity, now, before, evidence }: LedgerCheck, file: string): Promise<number> {
  const code = continuity === 'rollback' ? 'LEDGER_ROLLBACK' : 'LEDGER_FORK'
  const what =
    continuity === 'rollback'
      ? `it has ${now.size} entries, and signed ${before!.size} before`
      : `its tree of ${now.size} does not continue the tree of ${before!.size} that it signed before`
  print(`${code} ${now.origin}: ${what}`)
  if (evidence === undefined) return FAILED
  await nodeDisk.replace(resolve(file), utf8(evidence))
  print(`evidence in ${file}: see "tristamp-ledger prove-fork"`)
  return FAILED
}

function sentence({ continuity, before }: LedgerCheck): string {
  if (continuity === 'first') return 'nothing was remembered to compare with'
  return continuity === 'same' ? 'as remembered' : `continues the ${before!.size} entries remembered`
}

function rootOf({ now }: LedgerCheck): string {
  return Buffer.from(now.root).toString('base64')
}
