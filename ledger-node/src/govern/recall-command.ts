import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Lift, type Recall, type RecallClass, sha256, subjectFrom, toBase64Url } from '@tristamp/protocol'
import { DONE, flag, list, parse, say, text, UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'
import { askGovernance, namesIn } from './governance-client.ts'
import { inWords } from './in-words.ts'
import { SIGNING_FLAGS, signAndTell, signingFrom } from './signing.ts'

// Recalls by flags. Their shape is checked once more where they are signed, by the protocol's own rule.

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

/** `lift ID --reason TEXT`: a recall has ended. ID: a recall's, or its beginning. */
export async function proposeLift(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { ...SIGNING_FLAGS, reason: text }, true)
  const [begins, ...more] = positionals
  if (begins === undefined || more.length > 0) throw new UsageError('lift what? The id of a recall')
  if (values.reason === undefined) throw new UsageError('--reason is missing')
  const signing = await signingFrom(values)
  const governance = await askGovernance(signing.node)
  const standing = governance.recalls.filter(
    ({ recall, lifted }) => lifted === undefined && recall.id.startsWith(begins),
  )
  if (standing.length !== 1)
    throw new LedgerError('OPERATION_UNKNOWN', `${standing.length} recalls that stand: ${begins}`)
  const lift: Lift = { op: 'lift', id: standing[0]!.recall.id, reason: values.reason }
  for (const line of inWords(lift, namesIn(governance))) say(line)
  await signAndTell(signing, [lift])
  return DONE
}

/** @throws LedgerError CONFIG_INVALID, naming every flag that is missing or wrong */
export function recallFrom(values: Values): Recall {
  const faults: string[] = []
  const given = (name: string): string => {
    const value = values[name]
    if (typeof value !== 'string' || value === '') faults.push(`--${name} is missing`)
    return typeof value === 'string' ? value : ''
  }
  const both = (name: string): Recall['reason'] => ({ zh: given(`${name}-zh`), en: given(`${name}-en`) })
  const subjects = Array.isArray(values['subject']) ? values['subject'] : []
  if (subjects.length === 0) faults.push('--subject is missing')
  const severity = Number(values['class'])
  if (![1, 2, 3].includes(severity)) faults.push('--class: expected 1, 2 or 3')
  const [reason, hazard, consumer, holder] = [both('reason'), both('hazard'), both('consumer'), both('holder')]
  const { contact, trace } = values
  const recall: Recall = {
    op: 'recall',
    id: typeof values['id'] === 'string' ? values['id'] : randomUUID(),
    org: given('org'),
    // In their one spelling: another would be refused, and a person cannot see why.
    subjects: [...new Set(subjects.map((subject) => subjectFrom(subject).uri))],
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

/** A trace's answer in a file, as the node gave it: over how many entries, and its digest. @throws LedgerError CONFIG_INVALID */
function traceIn(file: string): NonNullable<Recall['trace']> {
  try {
    const bytes = new Uint8Array(readFileSync(file))
    const { treeSize } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { treeSize: number }
    return { treeSize, digest: toBase64Url(sha256(bytes)) }
  } catch (cause) {
    throw new LedgerError('CONFIG_INVALID', `${file}: ${(cause as Error).message}`, { cause })
  }
}
