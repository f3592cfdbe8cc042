import type { TemperatureSpan } from '@tristamp/protocol'
import { f64, u8, u16, u32 } from './column.ts'
import { NONE } from './hash-slots.ts'
import type { Part } from './part.ts'

/** A temperature or an alarm, as `TemperatureSpan` says; NaN where nothing was measured. */
export interface Reading {
  event: number
  from: number
  to: number
  min: number
  max: number
  alarm: boolean
  /** Where the readings behind it are told, if they are. */
  series: SeriesPlace | undefined
}

/** A sensor element with a series: the event's body in the segment files, and which of its elements. */
export interface SeriesPlace {
  body: BodyPlace
  element: number
}

/** Where the body of an event lies in the segment files, and how long its record is. */
export interface BodyPlace {
  file: number
  offset: number
  length: number
}

/** What was measured in events, in columns; events come in their order. */
export class Readings {
  readonly #event = u32()
  readonly #from = f64()
  readonly #to = f64()
  readonly #min = f64()
  readonly #max = f64()
  readonly #alarm = u8()
  readonly #series = u32()
  // Of elements with a series.
  readonly #file = f64()
  readonly #offset = u32()
  readonly #length = u32()
  readonly #element = u16()

  get parts(): readonly Part[] {
    const values = [this.#event, this.#from, this.#to, this.#min, this.#max, this.#alarm, this.#series]
    return [...values, this.#file, this.#offset, this.#length, this.#element]
  }

  add(event: number, temperatures: readonly TemperatureSpan[], body: BodyPlace | undefined): void {
    for (const { fromMs, toMs, minMilli, maxMilli, alarm, series } of temperatures) {
      this.#event.push(event)
      this.#from.push(fromMs)
      this.#to.push(toMs)
      this.#min.push(minMilli ?? Number.NaN)
      this.#max.push(maxMilli ?? Number.NaN)
      this.#alarm.push(alarm ? 1 : 0)
      this.#series.push(series === undefined || body === undefined ? NONE : this.#told(body, series))
    }
  }

  of(event: number): Reading[] {
    const readings: Reading[] = []
    for (let i = this.#firstOf(event); i < this.#event.length && this.#event.at(i) === event; i++)
      readings.push({
        event,
        from: this.#from.at(i),
        to: this.#to.at(i),
        min: this.#min.at(i),
        max: this.#max.at(i),
        alarm: this.#alarm.at(i) === 1,
        series: this.#seriesAt(this.#series.at(i)),
      })
    return readings
  }

  #told({ file, offset, length }: BodyPlace, element: number): number {
    this.#offset.push(offset)
    this.#length.push(length)
    this.#element.push(element)
    return this.#file.push(file)
  }

  #seriesAt(at: number): SeriesPlace | undefined {
    if (at === NONE) return undefined
    const body = { file: this.#file.at(at), offset: this.#offset.at(at), length: this.#length.at(at) }
    return { body, element: this.#element.at(at) }
  }

  #firstOf(event: number): number {
    let [low, high] = [0, this.#event.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#event.at(middle) < event) low = middle + 1
      else high = middle
    }
    return low
  }
}
