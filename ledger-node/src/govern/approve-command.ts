import { createInterface } from 'node:readline'
import { ProtocolError } from '@tristamp/protocol'
import { DONE, FAILED, flag, parse, say, UsageError } from '../command-line.ts'
import { explain, LedgerError } from '../error.ts'
import type { GovernanceView, PendingView } from '../query/governance.ts'
import { askGovernance, namesIn, pendingBy } from './governance-client.ts'
import { inWords, printable } from './in-words.ts'
import { SIGNING_FLAGS, type Signing, signAndTell, signingFrom } from './signing.ts'

/** `approve ID...` or `approve --all`: shows what waits for a signature, asks, and signs it. */
export async function approve(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { ...SIGNING_FLAGS, all: flag, yes: flag }, true)
  if ((positionals.length === 0) === (values.all !== true)) throw new UsageError('approve what? ID... or --all')
  const signing = await signingFrom(values)
  const governance = await askGovernance(signing.node)
  const agreed = values.yes === true ? async () => true : askPerson
  if (positionals.length > 0) {
    // What cannot be signed is told before anything is.
    const meant = [...new Set(positionals)].map((id) => pendingBy(governance, id))
    for (const pending of meant) checkOpen(pending, signing)
    for (const pending of meant) if (!(await approveOne(pending, governance, signing, agreed))) return FAILED
    return DONE
  }
  let unsigned = 0
  const waiting = waitingFor(signing, governance)
  if (waiting.length === 0) say('nothing waits for the signature of this key')
  for (const pending of waiting) {
    // One that is refused does not keep the others waiting.
    const signed = await approveOne(pending, governance, signing, agreed).catch((error: unknown) => {
      if (!(error instanceof LedgerError) || error.code !== 'PEER_REFUSED') throw error
      say(explain(error))
      return false
    })
    if (!signed) unsigned++
  }
  return unsigned === 0 ? DONE : FAILED
}

/** What this administrator can still sign, organisations first: their gateways need them. */
function waitingFor(signing: Signing, { pending }: GovernanceView): PendingView[] {
  const open = pending.filter((one) => !isSigned(one, signing) && !isClosed(one))
  const rank = ({ operation }: PendingView): number => (operation.op === 'enrol-organisation' ? 0 : 1)
  return open.sort((a, b) => rank(a) - rank(b))
}

/** @throws LedgerError OPERATION_EXPIRED; ProtocolError GOVERNANCE_REPEATED */
function checkOpen(pending: PendingView, signing: Signing): void {
  if (isClosed(pending)) throw new LedgerError('OPERATION_EXPIRED', `${pending.id}, open until ${pending.closesAt}`)
  if (isSigned(pending, signing))
    throw new ProtocolError('GOVERNANCE_REPEATED', 'this administrator has signed this operation already')
}

async function approveOne(
  { operation, id, signed }: PendingView,
  governance: GovernanceView,
  signing: Signing,
  agreed: () => Promise<boolean>,
): Promise<boolean> {
  say(`${id}, signed by ${signed.map(({ name }) => printable(name)).join(', ') || 'nobody who counts'}`)
  for (const line of inWords(operation, namesIn(governance))) say(line)
  if (!(await agreed())) {
    say('not signed')
    return false
  }
  await signAndTell(signing, [operation])
  return true
}

function isSigned({ signed }: PendingView, { kid }: Signing): boolean {
  return signed.some((one) => one.kid === kid)
}

function isClosed({ closesAt }: PendingView): boolean {
  return Date.parse(closesAt) < Date.now()
}

/** No answer, no signature. */
function askPerson(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise<boolean>((resolve) => {
    terminal.question('Sign this? [y/N] ', (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      terminal.close()
    })
    terminal.once('close', () => resolve(false))
  })
}
