import { DONE, parse, print, required, text, UsageError } from '../command-line.ts'
import type { GovernanceView, PendingView } from '../query/governance.ts'
import type { KeyView } from '../query/key.ts'
import { askGovernance, nameOf, namesIn, pendingBy } from './governance-client.ts'
import { inWords, printable, titleOf } from './in-words.ts'

const [MINUTE_S, HOUR_S, DAY_S] = [60, 3600, 86_400]

/** `show`: who governs, what waits for whom, keys and their states, what was done lately. `show ID`: one operation in full. */
export async function show(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { node: text }, true)
  const [id, ...more] = positionals
  if (more.length > 0) throw new UsageError(`unexpected ${more[0]}`)
  const governance = await askGovernance(required(values.node, 'node'))
  for (const line of id === undefined ? overview(governance) : detail(governance, id)) print(line)
  return DONE
}

function overview(governance: GovernanceView): string[] {
  const { origin, logKey, threshold, windowS, administrators, keys, pending, recalls, holds, recent } = governance
  const titles = namesIn(governance)
  return [
    `${origin}: ${threshold} of ${administrators.filter(isActive).length} administrators must agree within ${duration(windowS)}`,
    `log key ${logKey}`,
    'administrators',
    ...administrators.map(keyLine),
    'waiting',
    ...pending.flatMap((one) => [`  ${one.id}  ${titleOf(one.operation, titles)}`, `    ${standing(one)}`]),
    'recalls',
    ...recalls.flatMap(recallLines),
    'holds',
    ...holds.map(holdLine),
    'keys',
    ...keys.map(keyLine),
    'lately',
    ...recent.map(({ entry, effective, signer, operation }) =>
      ['', `entry ${entry}`, effective ? 'took effect' : 'signed', signer.name, titleOf(operation, titles)].join('  '),
    ),
  ].map(printable)
}

function detail(governance: GovernanceView, id: string): string[] {
  const pending = pendingBy(governance, id)
  const words = inWords(pending.operation, namesIn(governance))
  return [pending.id, ...words, standing(pending)].map(printable).concat(JSON.stringify(pending.operation))
}

/** Who has signed, who could, and how long. */
function standing({ signed, missing, needed, closesAt }: PendingView): string {
  const names = (keys: readonly { name: string }[]): string => keys.map(({ name }) => name).join(', ') || 'nobody'
  const leftS = Math.floor((Date.parse(closesAt) - Date.now()) / 1000)
  const time = leftS < 0 ? `closed since ${closesAt}` : `${duration(leftS)} left`
  return `signed by ${names(signed)}; ${needed - signed.length} more of ${names(missing)}; ${time}`
}

/** A recall in two lines; what it says in full is in its operation. */
function recallLines({ recall, lifted }: GovernanceView['recalls'][number]): string[] {
  const { id, org, drill, subjects, reason } = recall
  const state = lifted === undefined ? 'stands' : `lifted: ${lifted}`
  const what = `${drill ? 'DRILL, ' : ''}class ${recall.class}, ${org}, ${subjects.length} subjects`
  return [`  ${id}  ${what}  ${state}`, `    ${reason.en} ${reason.zh}`]
}

function holdLine({ hold, released }: GovernanceView['holds'][number]): string {
  const { id, org, subjects, ground } = hold
  const why = ground === undefined ? (hold.reason?.en ?? '') : 'measured outside its limits'
  return `  ${id}  ${org}, ${subjects[0]}${subjects.length > 1 ? ', …' : ''}, ${why}  ${released === undefined ? 'stands' : `released: ${released}`}`
}

function keyLine(key: KeyView): string {
  return ['', nameOf(key), key.status, key.kid, ...(key.reason === undefined ? [] : [key.reason])].join('  ')
}

function isActive({ status }: KeyView): boolean {
  return status === 'active'
}

/** Two units are enough to plan by. */
function duration(seconds: number): string {
  if (seconds >= DAY_S) return `${Math.floor(seconds / DAY_S)} d ${Math.floor((seconds % DAY_S) / HOUR_S)} h`
  if (seconds >= HOUR_S) return `${Math.floor(seconds / HOUR_S)} h ${Math.floor((seconds % HOUR_S) / MINUTE_S)} min`
  return `${Math.floor(seconds / MINUTE_S)} min ${seconds % MINUTE_S} s`
}
