import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type Hold,
  type Lift,
  type Operation,
  type Recall,
  type RecallClass,
  type Release,
  sha256,
  subjectFrom,
  toBase64Url,
} from '@tristamp/protocol'
import { DONE, flag, list, parse, say, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import type { GovernanceView } from '../query/governance.ts'
import { askGovernance, namesIn } from './governance-client.ts'
import { inWords } from './in-words.ts'
import { SIGNING_FLAGS, signAndTell, signingFrom } from './signing.ts'

// Recalls and holds by flags. Their shape is checked once more where they are signed, by the protocol's own rule.

const TEXTS = ['reason', 'hazard', 'consumer', 'holder'] as const
const FIELDS = {
  ...SIGNING_FLAGS,
  id: text,
  org: text,
  subject: list,
  class: text,
  contact: text,
  drill: flag,
  trace: text,
  'same-lot': flag,
  ...Object.fromEntries(TEXTS.flatMap((name) => [`${name}-zh`, `${name}-en`]).map((name) => [name, text] as const)),
}

const HOLD_FIELDS = { ...SIGNING_FLAGS, id: text, org: text, subject: list, 'reason-zh': text, 'reason-en': text }

type Values = { [name: string]: string | boolean | string[] | undefined }

/** `propose recall (fields as flags)`. */
export async function proposeRecall(args: string[]): Promise<number> {
  const { values } = parse(args, FIELDS)
  const signing = await signingFrom(values)
  const recall = recallFrom(values as Values)
  for (const line of inWords(recall, namesIn(await askGovernance(signing.node)))) say(line)
  await signAndTell(signing, [recall])
  return DONE
}

/** `hold --org NAME --subject URI... --reason-zh TEXT --reason-en TEXT`: goods go no further. */
export async function proposeHold(args: string[]): Promise<number> {
  const { values } = parse(args, HOLD_FIELDS)
  const signing = await signingFrom(values)
  const hold = holdFrom(values as Values)
  for (const line of inWords(hold, namesIn(await askGovernance(signing.node)))) say(line)
  await signAndTell(signing, [hold])
  return DONE
}

/** `lift ID --reason TEXT`: a recall has ended. ID: a recall's, or its beginning. */
export const proposeLift: (args: string[]) => Promise<number> = ending('a recall', (begins, reason, { recalls }) =>
  recalls
    .filter(({ recall, lifted }) => lifted === undefined && recall.id.startsWith(begins))
    .map(({ recall: { id } }): Lift => ({ op: 'lift', id, reason })),
)

/** `release ID --reason TEXT`: held goods may go on. ID: a hold's, or its beginning. */
export const proposeRelease: (args: string[]) => Promise<number> = ending('a hold', (begins, reason, { holds }) =>
  holds
    .filter(({ hold, released }) => released === undefined && hold.id.startsWith(begins))
    .map(({ hold: { id } }): Release => ({ op: 'release', id, reason })),
)

/** What ends something that stands: `find` makes the end of each whose id begins so. */
function ending(
  what: string,
  find: (begins: string, reason: string, governance: GovernanceView) => Operation[],
): (args: string[]) => Promise<number> {
  return async (args) => {
    const { values, positionals } = parse(args, { ...SIGNING_FLAGS, reason: text }, true)
    const [begins, ...more] = positionals
    if (begins === undefined || more.length > 0) throw new UsageError(`of what? The id of ${what}`)
    if (values.reason === undefined) throw new UsageError('--reason is missing')
    const signing = await signingFrom(values)
    const governance = await askGovernance(signing.node)
    const [end, ...others] = find(begins, values.reason, governance)
    if (end === undefined || others.length > 0)
      throw new LedgerError('OPERATION_UNKNOWN', `${others.length + (end ? 1 : 0)} that stand, ${what}: ${begins}`)
    for (const line of inWords(end, namesIn(governance))) say(line)
    await signAndTell(signing, [end])
    return DONE
  }
}

/** @throws LedgerError CONFIG_INVALID, naming every flag that is missing or wrong */
function holdFrom(values: Values): Hold {
  const { faults, given, subjects } = fieldsOf(values)
  const hold: Hold = {
    op: 'hold',
    id: typeof values['id'] === 'string' ? values['id'] : randomUUID(),
    org: given('org'),
    subjects: subjects(),
    reason: { zh: given('reason-zh'), en: given('reason-en') },
  }
  if (faults.length > 0) throw new LedgerError('CONFIG_INVALID', faults.join('\n  '))
  return hold
}

/** @throws LedgerError CONFIG_INVALID, naming every flag that is missing or wrong */
function recallFrom(values: Values): Recall {
  const { faults, given, subjects } = fieldsOf(values)
  const both = (name: string): Recall['reason'] => ({ zh: given(`${name}-zh`), en: given(`${name}-en`) })
  const severity = Number(values['class'])
  if (![1, 2, 3].includes(severity)) faults.push('--class: expected 1, 2 or 3')
  const [reason, hazard, consumer, holder] = [both('reason'), both('hazard'), both('consumer'), both('holder')]
  const { contact, trace } = values
  const recall: Recall = {
    op: 'recall',
    id: typeof values['id'] === 'string' ? values['id'] : randomUUID(),
    org: given('org'),
    subjects: subjects(),
    class: severity as RecallClass,
    ...{ reason, hazard, consumer, holder },
    ...(typeof contact === 'string' && { contact }),
    ...(values['drill'] === true && { drill: true }),
    ...(typeof trace === 'string' && { trace: traceIn(trace) }),
    ...(values['same-lot'] === true && { after: 'same-lot' }),
  }
  if (faults.length > 0) throw new LedgerError('CONFIG_INVALID', faults.join('\n  '))
  return recall
}

/** What flags give, and what is wrong with them. */
function fieldsOf(values: Values): { faults: string[]; given: (name: string) => string; subjects: () => string[] } {
  const faults: string[] = []
  const given = (name: string): string => {
    const value = values[name]
    if (typeof value !== 'string' || value === '') faults.push(`--${name} is missing`)
    return typeof value === 'string' ? value : ''
  }
  const subjects = (): string[] => {
    const named = Array.isArray(values['subject']) ? values['subject'] : []
    if (named.length === 0) faults.push('--subject is missing')
    // In their one spelling: another would be refused, and a person cannot see why.
    return [...new Set(named.map((subject) => subjectFrom(subject).uri))]
  }
  return { faults, given, subjects }
}

/**
 * A trace's answer in a file, as the node gave it: over how many entries, and its digest. Several pages stand one after another, each on a line of its
 * own; all are as of one tree size. @throws LedgerError CONFIG_INVALID
 */
function traceIn(file: string): NonNullable<Recall['trace']> {
  try {
    const bytes = new Uint8Array(readFileSync(file))
    const first = Buffer.from(bytes.subarray(0, bytes.includes(LINE_FEED) ? bytes.indexOf(LINE_FEED) : bytes.length))
    const { treeSize } = jsonOf(first, bytes) as { treeSize: number }
    return { treeSize, digest: toBase64Url(sha256(bytes)) }
  } catch (cause) {
    throw new LedgerError('CONFIG_INVALID', `${file}: ${(cause as Error).message}`, { cause })
  }
}

const LINE_FEED = 10

/** A page on the first line, or an answer that somebody has laid out on many. */
function jsonOf(line: Buffer, all: Uint8Array): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return JSON.parse(Buffer.from(all).toString('utf8'))
  }
}
