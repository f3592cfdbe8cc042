import { ACTIONS, type Action } from '../config-types.ts'

/** What a command barcode asks for. */
export type Command =
  | { kind: 'do'; action: Action }
  /** From a transformation's inputs to its outputs. */
  | { kind: 'next' }
  | { kind: 'end' }
  | { kind: 'cancel' }

const PREFIX = 'tristamp:'

/** Whether a scanned text is meant as a command. */
export function isCommand(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** `tristamp:do/pack`, `tristamp:next`, …; undefined for a command that we do not know. */
export function parseCommand(text: string): Command | undefined {
  const word = text.slice(PREFIX.length)
  if (word === 'next' || word === 'end' || word === 'cancel') return { kind: word }
  const action = ACTIONS.find((name) => word === `do/${name}`)
  return action && { kind: 'do', action }
}
