import { type Operation, toBase64Url } from '@tristamp/protocol'
import { DONE, list, parse, print, required, say, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { makeKey } from '../keys.ts'
import type { KeyView } from '../query/key.ts'
import { askGovernance, keyBy, namesIn } from './governance-client.ts'
import { inWords } from './in-words.ts'
import { operationFrom, readOperations } from './operation.ts'
import { proposeHold, proposeLift, proposeRecall, proposeRelease } from './recall-command.ts'
import { SIGNING_FLAGS, type SigningFlags, signAndTell, signingFrom } from './signing.ts'

// The commands that make operations and sign them first.

/** Every field that `enrol` takes as a flag. */
const FIELDS = [
  'org',
  'party',
  'place',
  'product',
  'name-zh',
  'name-en',
  'address-zh',
  'address-en',
  'spec-zh',
  'spec-en',
  'zone',
  'lat',
  'lon',
  'min',
  'max',
  'tolerance',
  'max-kinetic',
  'station',
  'roles',
] as const

/** `enrol WHAT (fields as flags)`, or files. */
export async function enrol(args: string[]): Promise<number> {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, text]))
  const { values, positionals } = parse(args, { ...SIGNING_FLAGS, file: list, ...fields }, true)
  const flags = values as SigningFlags & { file?: string[] }
  const signing = await signingFrom(flags)
  const [what = ''] = only(positionals, 1)
  const operations =
    flags.file === undefined
      ? [operationFrom(what, values as { [name: string]: string | undefined })]
      : completed(await readOperations(flags.file), values as { station?: string; roles?: string })
  await signAndTell(signing, operations)
  return DONE
}

/** A gateway's request may leave its station and its roles to the administrator. What it says itself is not changed. */
function completed(operations: Operation[], { station, roles }: { station?: string; roles?: string }): Operation[] {
  return operations.map((operation) => {
    if (operation?.op !== 'enrol-gateway') return operation
    return {
      ...(station !== undefined && { station }),
      ...(roles !== undefined && { roles: roles.split(',') }),
      ...operation,
    } as Operation
  })
}

/** `propose --file OP.json…`: operations of any kind; `propose recall`, `lift`, `hold` and `release` by flags. */
export async function propose(args: string[]): Promise<number> {
  const [what, ...fields] = args
  if (what === 'recall') return proposeRecall(fields)
  if (what === 'lift') return proposeLift(fields)
  if (what === 'hold') return proposeHold(fields)
  if (what === 'release') return proposeRelease(fields)
  const { values } = parse(args, { ...SIGNING_FLAGS, file: list })
  const signing = await signingFrom(values)
  if (values.file === undefined) throw new UsageError('--file is missing')
  await signAndTell(signing, await readOperations(values.file))
  return DONE
}

type Making = (key: KeyView, reason: string) => Operation
type Command = (args: string[]) => Promise<number>

/** `revoke WHO`, `suspend WHO`, `restore WHO`, with a reason. */
function aboutKey(states: readonly KeyView['status'][], make: Making): Command {
  return async (args) => {
    const { values, positionals } = parse(args, { ...SIGNING_FLAGS, reason: text }, true)
    const signing = await signingFrom(values)
    const reason = required(values.reason, 'reason')
    const [who = ''] = only(positionals, 1)
    const governance = await askGovernance(signing.node)
    const operation = make(keyBy(governance, who, states), reason)
    for (const line of inWords(operation, namesIn(governance))) say(line)
    await signAndTell(signing, [operation])
    return DONE
  }
}

export const suspend: Command = aboutKey(['active'], ({ kid }, reason) => ({ op: 'suspend-key', key: kid, reason }))
export const restore: Command = aboutKey(['suspended'], ({ kid }, reason) => ({ op: 'restore-key', key: kid, reason }))
export const revoke: Command = aboutKey(['active', 'suspended', 'rotated'], ({ kid }, reason) => ({
  op: 'revoke-key',
  key: kid,
  reason,
}))

/** `rotate WHO` with a gateway's enrolment request, or with the new key (and the login) as flags. */
export async function rotate(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { ...SIGNING_FLAGS, file: text, 'new-key': text, login: text }, true)
  const signing = await signingFrom(values)
  const [who = ''] = only(positionals, 1)
  const governance = await askGovernance(signing.node)
  const { key, login, tls }: NewKey =
    values.file === undefined ? { key: values['new-key'], login: values.login } : await requestIn(values.file)
  const operation: Operation = {
    op: 'rotate-key',
    key: keyBy(governance, who, ['active', 'suspended']).kid,
    newKey: required(key, 'new-key'),
    ...(login !== undefined && { login }),
    ...(tls !== undefined && { tls }),
  }
  for (const line of inWords(operation, namesIn(governance))) say(line)
  await signAndTell(signing, [operation])
  return DONE
}

/** `make-key --out FILE`: a key for an administrator. */
export async function makeAdministratorKey(args: string[]): Promise<number> {
  const { values } = parse(args, { out: text })
  const { publicKey } = await makeKey(required(values.out, 'out'))
  print(toBase64Url(publicKey))
  return DONE
}

/** What stands in a gateway's request, or in the flags that stand for it. */
interface NewKey {
  key?: string | undefined
  login?: string | undefined
  tls?: string | undefined
}

/** @throws LedgerError CONFIG_INVALID */
async function requestIn(file: string): Promise<NewKey> {
  const [request] = await readOperations([file])
  if (request?.op !== 'enrol-gateway') throw new LedgerError('CONFIG_INVALID', `${file}: not an enrolment request`)
  return request
}

/** @throws UsageError when there are more or fewer words than `count` */
function only(positionals: string[], count: number): string[] {
  if (positionals.length > count) throw new UsageError(`unexpected ${positionals[count]}`)
  return positionals
}
