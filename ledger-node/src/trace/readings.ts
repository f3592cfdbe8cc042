import type { EventLinks } from '@tristamp/protocol'
import { f64, u8, u32 } from './column.ts'

/** A temperature or an alarm, as `TemperatureSpan` says; NaN where nothing was measured. */
export interface Reading {
  event: number
  from: number
  to: number
  min: number
  max: number
  alarm: boolean
}

/** What was measured in events, in columns; events come in their order. */
export class Readings {
  readonly #event = u32()
  readonly #from = f64()
  readonly #to = f64()
  readonly #min = f64()
  readonly #max = f64()
  readonly #alarm = u8()
  readonly #of = new Map<number, { begin: number; end: number }>()

  add(event: number, temperatures: EventLinks['temperatures']): void {
    const begin = this.#event.length
    for (const { fromMs, toMs, minMilli, maxMilli, alarm } of temperatures) {
      this.#event.push(event)
      this.#from.push(fromMs)
      this.#to.push(toMs)
      this.#min.push(minMilli ?? Number.NaN)
      this.#max.push(maxMilli ?? Number.NaN)
      this.#alarm.push(alarm ? 1 : 0)
    }
    if (this.#event.length > begin) this.#of.set(event, { begin, end: this.#event.length })
  }

  of(event: number): Reading[] {
    const found = this.#of.get(event)
    if (found === undefined) return []
    const readings: Reading[] = []
    for (let i = found.begin; i < found.end; i++)
      readings.push({
        event,
        from: this.#from.at(i),
        to: this.#to.at(i),
        min: this.#min.at(i),
        max: this.#max.at(i),
        alarm: this.#alarm.at(i) === 1,
      })
    return readings
  }

  /** For sums over all of it. */
  get columns(): readonly { bytes(): Iterable<Uint8Array> }[] {
    return [this.#event, this.#from, this.#to, this.#min, this.#max, this.#alarm]
  }
}
