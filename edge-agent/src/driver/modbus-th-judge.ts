import { signed16 } from '../codec/modbus-rtu.ts'
import type { AgentCode, Fields } from '../error.ts'
import type { Quantity } from './driver.ts'
import { PROFILES, type Profile } from './modbus-th-profiles.ts'

export type Outcome = { ok: true; quantities: Quantity[] } | { ok: false; code: AgentCode; fields: Fields }

/** What these probes can measure at all (SHT20: −40…+125 °C; a food chain ends well below). */
const TEMPERATURE = { min: -60_000, max: 125_000 }
const HUMIDITY = { min: 0, max: 100_000 }
/** Register words that transmitters give for "no measurement". */
const SENTINELS = new Set([0xffff, 0x7fff, 0x8000])

/** The registers as readings, or why they are none: nothing is guessed, rounded into range or carried over. */
export function judge(registers: readonly number[], profile: Profile): Outcome {
  const values = interpret(registers, profile)
  const { raw, temperature, humidity } = values
  const shown = textOf(values)
  // A dead element answers zeros; 0.0 °C at exactly 0.0 % humidity does not occur in air.
  const zero = humidity !== undefined && raw.every((word) => word === 0)
  if (zero) return flaw('DEVICE_VALUE', shown)
  if (raw.some((word) => SENTINELS.has(word))) return flaw('DEVICE_VALUE', `${shown}: the code for no measurement`)
  if (!plausible(values)) return flaw('DEVICE_PROFILE', `${shown}${hint(registers, profile)}`)
  const quantities: Quantity[] = [{ type: 'Temperature', milli: temperature, uom: 'CEL' }]
  if (humidity !== undefined) quantities.push({ type: 'RelativeHumidity', milli: humidity, uom: 'P1' })
  return { ok: true, quantities }
}

interface Values {
  raw: number[]
  temperature: number
  humidity: number | undefined
}

function interpret(registers: readonly number[], profile: Profile): Values {
  const { temperature, humidity, milliPerUnit } = profile
  const rawTemperature = registers[temperature] ?? 0
  const rawHumidity = humidity === undefined ? undefined : (registers[humidity] ?? 0)
  return {
    raw: rawHumidity === undefined ? [rawTemperature] : [rawTemperature, rawHumidity],
    temperature: degrees(rawTemperature, profile),
    humidity: rawHumidity === undefined ? undefined : rawHumidity * milliPerUnit,
  }
}

function degrees(raw: number, { negative, milliPerUnit }: Profile): number {
  const units = negative === 'twos-complement' ? signed16(raw) : raw >= 10_000 ? -(raw - 10_000) : raw
  return units * milliPerUnit
}

function plausible({ temperature, humidity }: Values): boolean {
  const inside = (value: number, { min, max }: typeof HUMIDITY): boolean => value >= min && value <= max
  return inside(temperature, TEMPERATURE) && (humidity === undefined || inside(humidity, HUMIDITY))
}

/** Which model would write these registers, or which scale: help for who sets it up. Never used as a reading. */
function hint(registers: readonly number[], profile: Profile): string {
  const others: [string, Profile][] = [
    ...Object.entries(PROFILES),
    ['milliPerUnit: 10', { ...profile, milliPerUnit: 10 }],
  ]
  for (const [name, other] of others) {
    if (other === profile || Math.max(other.temperature, other.humidity ?? 0) >= registers.length) continue
    const values = interpret(registers, other)
    if (plausible(values)) return `; by the rules of ${name} it would be ${textOf(values)}`
  }
  return ''
}

function textOf({ temperature, humidity }: Values): string {
  return `${temperature / 1000} °C${humidity === undefined ? '' : `, ${humidity / 1000} %`}`
}

function flaw(code: AgentCode, why: string): Outcome {
  return { ok: false, code, fields: { why } }
}
