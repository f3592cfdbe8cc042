import { textOf } from './config-diff.ts'
import type { ConfiguredDevice } from './config-types.ts'
import { type DeviceSink, drivers, supervise } from './driver/index.ts'
import { openLink, SharedLines } from './transport/index.ts'

/** A device at work. */
interface Attended {
  config: ConfiguredDevice
  stop(): Promise<void>
}

/** The devices at work, each with its driver until it is stopped. */
export class Attendance {
  readonly #sink: DeviceSink
  readonly #devices = new Map<string, Attended>()
  readonly #lines = new SharedLines(openLink)

  /** @param sink hears all of them */
  constructor(sink: DeviceSink) {
    this.#sink = sink
  }

  /** Begins with those that are not at work. */
  attend(devices: readonly ConfiguredDevice[]): void {
    for (const device of devices) if (!this.#devices.has(device.id)) this.#attend(device)
  }

  /** Stops those that are not to go on as they are. @param gone hears of each when it has stopped @returns their names */
  async keep(wanted: readonly ConfiguredDevice[], gone: (id: string) => void): Promise<string[]> {
    const texts = new Map(wanted.map((device) => [device.id, textOf(device)]))
    const ended = [...this.#devices].filter(([id, { config }]) => texts.get(id) !== textOf(config))
    for (const [id, device] of ended) {
      await device.stop()
      this.#devices.delete(id)
      gone(id)
    }
    return ended.map(([id]) => id)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#devices.values()].map((device) => device.stop()))
  }

  #attend(device: ConfiguredDevice): void {
    const ended = new AbortController()
    const driver = drivers.get(device.driver)!
    const open: typeof openLink =
      driver.needs === 'line' && driver.shares !== undefined ? (id, address) => this.#lines.join(id, address) : openLink
    const done = supervise(driver, device, device.options as never, this.#sink, ended.signal, open)
    const stop = async (): Promise<void> => {
      ended.abort()
      await done
    }
    this.#devices.set(device.id, { config: device, stop })
  }
}
