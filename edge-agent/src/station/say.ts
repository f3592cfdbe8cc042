import type { Measurement } from '../driver/index.ts'
import { printable } from '../error.ts'
import type { Draft, Intent } from './state.ts'
import type { LastAct } from './undo.ts'

// The lines that an operator sees. A line with ✓ means: this is on the disk, you may go on.

/** As many identifiers as fit a line. */
const SHOWN = 3

/** `✓ receive 2 items 01/…/21/1, 01/…/21/2 at dock` */
export function recordedLine({ action, event, about, held }: Draft, station: string): string {
  if (action === 'observe') return `✓ observe at ${station}`
  const what = `${counted(about.length)} ${shown(about)}`
  if (event.type === 'TransformationEvent') return `✓ ${action} ${what} into ${shown(held)} at ${station}`
  const packed = event.type === 'AggregationEvent' && event.parentID !== undefined && held[0] === event.parentID
  if (packed) return `✓ ${action} ${what} into ${shown(held)} at ${station}`
  return `✓ ${action} ${what} at ${station}`
}

/** `✓ undone: receive 2 items 01/…/21/1, 01/…/21/2 at dock` */
export function undoneLine({ action, ids }: Pick<LastAct, 'action' | 'ids'>, station: string): string {
  return `✓ undone: ${action} ${counted(ids.length)} ${shown(ids)} at ${station}`
}

export function gatheredLine({ action, goods, count }: Intent & { kind: 'gathered' }, station: string): string {
  return `· ${action} ${count}: ${short(goods.id)} at ${station}`
}

export function repeatedLine({ action, ids }: Intent & { kind: 'repeated' }, station: string): string {
  return `✓ ${action} ${counted(ids.length)} ${shown(ids)} at ${station} (recorded already)`
}

/** `· gate: 01/…/21/1 was at antenna 1 for 3 s: 61 answers, strongest −51 dBm` */
export function tagGoneLine(device: string, { text, tag, forMs }: Measurement & { kind: 'tag-gone' }): string {
  const strength = tag.maxRssi === undefined ? '' : `, strongest ${tag.maxRssi} dBm`
  const answers = tag.count === 1 ? '1 answer' : `${tag.count} answers`
  return `· ${device}: ${short(text)} was at antenna ${tag.antenna} for ${Math.ceil(forMs / 1000)} s: ${answers}${strength}`
}

function counted(n: number): string {
  return n === 1 ? '1 item' : `${n} items`
}

function shown(ids: readonly string[]): string {
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : ''
  return ids.slice(0, SHOWN).map(short).join(', ') + more
}

function short(id: string): string {
  return printable(id.replace('https://id.gs1.org/', ''))
}
