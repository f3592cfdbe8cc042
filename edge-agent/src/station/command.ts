import { RECALL_ANSWERS, type RecallAnswer } from '@tristamp/protocol'

/** What a command barcode asks for. */
export type Command =
  | { kind: 'do'; step: string }
  /** From a transformation's inputs to its outputs. */
  | { kind: 'next' }
  | { kind: 'end' }
  | { kind: 'cancel' }
  /** Takes back the act recorded last. */
  | { kind: 'undo' }
  /** An answer to a recall: to this one if it is named; so much in all, or what is scanned next. */
  | { kind: 'recall'; answer: RecallAnswer; quantity?: { milli: number; uom?: string }; recall?: string }

const PREFIX = 'tristamp:'

/** Whether a scanned text is meant as a command. */
export function isCommand(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** `recall/quarantined`, `recall/quarantined/12.5/KGM#5f0c…`: at most three decimals, and as much as anyone has. */
const ANSWER =
  /^recall\/([a-z]+)(?:\/(\d{1,9})(?:\.(\d{1,3}))?(?:\/([A-Z0-9]{1,3}))?)?(?:#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/

function parseAnswer(word: string): Command | undefined {
  const [, name, whole, decimals = '', uom, recall] = ANSWER.exec(word) ?? []
  const answer = RECALL_ANSWERS.find((known) => known === name)
  if (answer === undefined || (answer === 'none' && whole !== undefined)) return undefined
  const milli = Number(`${whole}${decimals.padEnd(3, '0')}`)
  return {
    kind: 'recall',
    answer,
    ...(whole !== undefined && { quantity: { milli, ...(uom !== undefined && { uom }) } }),
    ...(recall !== undefined && { recall }),
  }
}

/** `tristamp:do/pack`, `tristamp:next`, …; undefined for a command that we do not know. Whether the station has the step is for the station to say. */
export function parseCommand(text: string): Command | undefined {
  const word = text.slice(PREFIX.length)
  if (word === 'next' || word === 'end' || word === 'cancel' || word === 'undo') return { kind: word }
  if (word.startsWith('recall/')) return parseAnswer(word)
  const step = /^do\/([a-z][a-z0-9-]{0,31})$/.exec(word)?.[1]
  return step === undefined ? undefined : { kind: 'do', step }
}
