import { ProtocolError } from '@tristamp/protocol'
import type { Moment } from '../clock.ts'
import type { Action, StationConfig } from '../config-types.ts'
import { type Command, isCommand, parseCommand } from './command.ts'
import { commission } from './commission.ts'
import { alreadyIn, ids, labelOf } from './event.ts'
import { type Goods, goodsOf, NoGoods } from './goods.ts'
import { handle } from './handle.ts'
import type { Said } from './notice.ts'
import { load, pack, unload, unpack } from './pack.ts'
import { receive } from './receive.ts'
import { sell } from './sell.ts'
import { ship } from './ship.ts'
import {
  type Draft,
  type Family,
  type Intent,
  isRefusal,
  type Last,
  type Refusal,
  type ScanInput,
  type StationState,
  type Step,
  type Work,
} from './state.ts'
import { transform } from './transform.ts'

const families: Readonly<Record<Action, Family>> = {
  commission,
  transform,
  pack,
  unpack,
  load,
  unload,
  ship,
  receive,
  sell,
  handle,
}

/** The kind of act that a step of this station is. */
function familyOf(station: StationConfig, step: string): Family {
  return families[station.actions.get(step)!.action]
}

/** Acts that are a list of goods close by themselves after this long without a scan. */
const CLOSE_AFTER_MS = 2000

/** A second read of the same label within this time is the operator making sure, not a second act. */
export const REPEAT_MS = 30_000

/** Tags are read again without anyone meaning anything by it: as long as those of the last act come back within this time, they stand there still. */
const TAG_REPEAT_MS = 600_000

/** What a scan means at a station: a pure step from state to state, with what is to be done about it. */
export function reduce(station: StationConfig, state: StationState, input: ScanInput): Step {
  const { text } = input.scan
  // Commands are given by people; a tag that says one is goods that cannot be.
  if (!isCommand(text) || input.by === 'reader') return take(station, state, input)
  const command = parseCommand(text)
  if (!command) return refused(state, { code: 'SCAN_COMMAND', fields: { text } })
  return obey(station, state, command, input)
}

/** The same for the passing of time: an act that closes by itself, when it is due. */
export function settle(station: StationConfig, state: StationState, now: Moment): Step {
  const { work, action } = state
  if (!work || !action || !familyOf(station, action).closesByItself) return { state, intents: [] }
  const last = work.stamp.moment
  const due = now.bootId !== last.bootId || now.monotonicMs - last.monotonicMs >= CLOSE_AFTER_MS
  return due ? close(station, state, work, action) : { state, intents: [] }
}

function obey(station: StationConfig, state: StationState, command: Command, input: ScanInput): Step {
  switch (command.kind) {
    case 'do':
      return choose(station, state, command.step)
    case 'next':
      return next(station, state, input)
    case 'cancel':
      return {
        state: { ...state, work: undefined },
        intents: [
          state.work
            ? said(`cancelled: ${state.action}`, 'cancelled', state.action)
            : said('nothing to cancel', 'nothing'),
        ],
      }
    case 'undo':
      return undo(state)
    case 'recall':
      // The station itself answers; nothing of it is a step of goods.
      return { state, intents: [] }
    case 'end':
      return end(station, state, input.stamp.moment)
  }
}

function choose(station: StationConfig, state: StationState, action: string): Step {
  if (!station.actions.has(action)) {
    return refused(state, { code: 'SCAN_NOT_HERE', fields: { action, station: station.id } })
  }
  const { work, action: current } = state
  const begun = said(`now: ${action}`, 'now', action)
  if (!work || !current) return { state: chosen({ ...state, action }), intents: [begun] }
  // A list of goods is complete at any time; a pallet that was not ended is not.
  const kind = station.actions.get(current)?.action
  if (kind === 'pack' || kind === 'transform') {
    return refused(state, { code: 'SCAN_UNFINISHED', fields: { action: current, station: station.id } })
  }
  const closed = close(station, state, work, current)
  if (closed.state.work) return closed
  return { state: chosen({ ...closed.state, action }), intents: [...closed.intents, begun] }
}

/** From here on tags of the last act are meant, too: someone has said what to do with them. */
function chosen({ last, ...state }: StationState): StationState {
  return last ? { ...state, last: { ...last, chosen: true } } : state
}

function next(station: StationConfig, state: StationState, { stamp }: ScanInput): Step {
  const { work, action } = state
  const wrong = (why: string): Step => refused(state, { code: 'SCAN_ORDER', fields: { text: 'next', why } })
  if (action === undefined || station.actions.get(action)?.action !== 'transform')
    return wrong('only a transformation has a second part')
  if (!work || work.goods.length === 0) return wrong('scan the inputs first')
  if (work.outputs) return wrong('the outputs are being scanned already')
  const told = said(`${action}: now the outputs`, 'outputs', action)
  return { state: { ...state, work: { ...work, stamp, outputs: [] } }, intents: [told] }
}

function end(station: StationConfig, state: StationState, now: Moment): Step {
  const { work, action, last } = state
  if (work && action) return close(station, state, work, action)
  // The operator scans "end" again when the confirmation was lost, in a restart for instance.
  if (last && isRecent(last.moment, now)) {
    return { state, intents: [{ kind: 'repeated', action: last.action, ids: last.ids }] }
  }
  return refused(state, { code: 'SCAN_ORDER', fields: { text: 'end', why: 'nothing is open' } })
}

/** What was recorded is taken back; what is open is only dropped, and that by its own command. */
function undo(state: StationState): Step {
  if (state.work) return refused(state, { code: 'SCAN_UNDO', fields: { why: 'an act is open; "cancel" drops it' } })
  return { state, intents: [{ kind: 'undo' }] }
}

function take(station: StationConfig, state: StationState, input: ScanInput): Step {
  const { action, work, last } = state
  const { scan, stamp } = input
  if (!action) return refused(state, { code: 'SCAN_ORDER', fields: { text: scan.text, why: 'choose an action first' } })
  const goods = read(station, input)
  if (isRefusal(goods)) return refused(state, goods)
  if (!inWork(work, goods) && last?.action === action && wasIn(last, goods) && isRepeated(last, input)) {
    if (input.by === 'reader') return { state: { ...state, last: { ...last, seen: stamp.moment } }, intents: [] }
    return { state, intents: [{ kind: 'repeated', action, ids: [goods.id] }] }
  }
  const before: Work = work ? { ...work, stamp } : { goods: [], stamp }
  const begun: Work = input.by === 'page' ? { ...before, typed: true } : before
  const family = familyOf(station, action)
  const taken = family.take(begun, goods, { station, action })
  if (!isRefusal(taken)) return { state: { ...state, work: taken }, intents: [gathered(action, goods, taken)] }
  if (taken.code !== 'SCAN_TOO_MANY' || !work || !family.closesByItself) {
    return refused(state, { code: taken.code, fields: { action, ...taken.fields } })
  }
  // A full list is recorded, and the next one begins with this scan.
  const closed = close(station, state, work, action)
  const rest = take(station, closed.state, input)
  return { state: rest.state, intents: [...closed.intents, ...rest.intents] }
}

function read({ separators }: StationConfig, { scan, stamp, by }: ScanInput): Goods | Refusal {
  try {
    const goods = goodsOf(scan, { separators, year: new Date(stamp.moment.ms).getUTCFullYear() })
    return by === 'reader' ? { ...goods, tag: true } : goods
  } catch (error) {
    if (error instanceof NoGoods) return { code: error.code, fields: { text: scan.text, why: error.why } }
    if (error instanceof ProtocolError)
      return { code: 'SCAN_MALFORMED', fields: { text: scan.text, why: error.message } }
    throw error
  }
}

function close(station: StationConfig, state: StationState, work: Work, action: string): Step {
  const drafts = familyOf(station, action).close(work, { station, action })
  if (isRefusal(drafts)) return refused(state, { code: drafts.code, fields: { action, ...drafts.fields } })
  const last = { action, ids: ids(everything(work)), labels: everything(work).map(labelOf), moment: work.stamp.moment }
  return {
    state: { ...state, work: undefined, last },
    intents: drafts.map((draft: Draft): Intent => ({ kind: 'record', draft })),
  }
}

function everything({ parent, goods, outputs = [] }: Work): Goods[] {
  return [...(parent ? [parent] : []), ...goods, ...outputs]
}

function inWork(work: Work | undefined, goods: Goods): boolean {
  return work !== undefined && alreadyIn(everything(work), goods)
}

/** The next piece of the same lot has a label with another weight: it is no second look at the first. */
function wasIn({ ids, labels = ids }: Last, goods: Goods): boolean {
  return labels.includes(labelOf(goods))
}

function isRepeated(last: Last, { by, stamp }: ScanInput): boolean {
  if (by !== 'reader') return isRecent(last.moment, stamp.moment)
  return last.chosen !== true && isRecent(last.seen ?? last.moment, stamp.moment, TAG_REPEAT_MS)
}

function isRecent(earlier: Moment, now: Moment, withinMs: number = REPEAT_MS): boolean {
  return earlier.bootId === now.bootId && now.monotonicMs - earlier.monotonicMs <= withinMs
}

function gathered(action: string, goods: Goods, { parent, goods: list, outputs }: Work): Intent {
  return { kind: 'gathered', action, goods, count: (outputs ?? list).length + (parent ? 1 : 0) }
}

function said(text: string, what: Said, action?: string): Intent {
  return { kind: 'said', text, what, ...(action !== undefined && { action }) }
}

function refused(state: StationState, refusal: Refusal): Step {
  return { state, intents: [{ kind: 'refused', ...refusal }] }
}
