import type { Simulator } from './simulator.ts'

/** A line of standard input that could not be obeyed; the message says why. */
class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Obeys one line of standard input; true where it was `quit`. Rejects with a CommandError or RangeError. */
export async function obey(line: string, simulator: Simulator, begin: () => void): Promise<boolean> {
  const words = line.trim().split(/\s+/)
  const [verb, id = '', kind = '', times] = words
  if (verb === '') return false
  if (verb === 'quit') return true
  if (verb === 'play') begin()
  else if (verb === 'scan') simulator.scan(id, line.trim().replace(/^scan\s+\S+\s*/, ''))
  else if (verb === 'fault' && kind === 'replug') await simulator.clearFault(id, 'unplug')
  else if (verb === 'fault' && times === 'off') await simulator.clearFault(id, kind)
  else if (verb === 'fault') await simulator.fault(id, kind, frames(times))
  else if (verb === 'temperature') simulator.setTemperature(id, degrees(kind))
  else throw new CommandError(`unknown command ${verb}: play, scan, fault, temperature or quit`)
  return false
}

function degrees(text: string): number {
  if (!/^-?\d{1,3}(\.\d{1,3})?$/.test(text)) throw new CommandError(`degrees Celsius: not ${text}`)
  return Number(text)
}

function frames(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new CommandError(`so many frames, or off: not ${text}`)
  return Number(text)
}
