/** What a command barcode asks for. */
export type Command =
  | { kind: 'do'; step: string }
  /** From a transformation's inputs to its outputs. */
  | { kind: 'next' }
  | { kind: 'end' }
  | { kind: 'cancel' }
  /** Takes back the act recorded last. */
  | { kind: 'undo' }

const PREFIX = 'tristamp:'

/** Whether a scanned text is meant as a command. */
export function isCommand(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** `tristamp:do/pack`, `tristamp:next`, …; undefined for a command that we do not know. Whether the station has the step is for the station to say. */
export function parseCommand(text: string): Command | undefined {
  const word = text.slice(PREFIX.length)
  if (word === 'next' || word === 'end' || word === 'cancel' || word === 'undo') return { kind: word }
  const step = /^do\/([a-z][a-z0-9-]{0,31})$/.exec(word)?.[1]
  return step === undefined ? undefined : { kind: 'do', step }
}
