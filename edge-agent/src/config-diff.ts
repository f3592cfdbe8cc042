import type { AgentConfig } from './config-types.ts'

/** A value of a configuration as text: equal for equal values, whatever maps and bytes are in it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...part]
    return part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part
  })
}

/**
 * What it takes to go over from one configuration to another: nothing, new devices and stations, or a new start of the whole gateway.
 * Food tests tie a station, an instrument and a model together: where one of those changes, all begins anew.
 */
export function changeBetween(before: AgentConfig, after: AgentConfig): 'none' | 'parts' | 'whole' {
  const others = ({ enrolled: _enrolled, devices: _devices, stations: _stations, ...rest }: AgentConfig): string =>
    textOf(rest)
  if (others(before) !== others(after) || before.enrolled.missing.length !== after.enrolled.missing.length)
    return 'whole'
  const parts = ({ devices, stations }: AgentConfig): string => textOf([devices, stations])
  if (parts(before) !== parts(after)) return before.tests.length > 0 ? 'whole' : 'parts'
  return textOf(before.enrolled) === textOf(after.enrolled) ? 'none' : 'parts'
}
