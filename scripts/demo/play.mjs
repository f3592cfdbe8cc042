import { DemoError } from './options.mjs'

/** From the last scan of a step to its record in the ledger: reading, signing, sending, sealing. */
const RECORD_MS = 30_000
const POLL_MS = 250

/** Follows a play: each step as the simulator tells it, with a tick once the ledger holds its record. */
export class Play {
  #steps = []
  #wake = () => undefined
  #end
  #played = new Map()

  /** Takes an event of the simulator. */
  hear(event) {
    if (event.type === 'step' && event.state === 'begun') this.#steps.push(event)
    if (event.type === 'step' && event.state === 'played')
      this.#played.set(event.index, { time: event.time, at: Date.now() })
    if (event.type === 'done') this.#end = event.time
    if (event.type === 'error') this.#failed = event.message
    this.#wake()
  }

  #failed

  /** Begins the play and prints its steps; resolves with the scenario's time at its end. Rejects with a DemoError. */
  async follow(begin, ledger, lastLines) {
    begin()
    for (;;) {
      if (this.#failed) throw new DemoError(`The play has stopped: ${this.#failed}`)
      const step = this.#steps.shift()
      if (step) await this.#show(step, ledger, lastLines)
      else if (this.#end) return this.#end
      else
        await new Promise((resolve) => {
          this.#wake = resolve
        })
    }
  }

  async #show({ index, say, expect, time }, ledger, lastLines) {
    if (expect) {
      const { subject, events, gateway } = expect
      while ((await ledger.countEvents(subject)) < events) {
        if (this.#failed) throw new DemoError(`The play has stopped: ${this.#failed}`)
        const played = this.#played.get(index)
        if (played && Date.now() - played.at > RECORD_MS) {
          throw new DemoError(
            `The ledger has no record of "${say?.en}" (gateway ${gateway}). The gateway's last lines:\n${lastLines(gateway)}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
    }
    if (say)
      console.log(`  ${expect ? '✓' : '·'} ${local(this.#played.get(index)?.time ?? time)}  ${say.en}  ${say.zh}`)
  }
}

/** As the clocks of its people show it: `19 Nov 14:00`. */
function local(time) {
  const zone = { timeZone: 'Asia/Shanghai', hourCycle: 'h23' }
  const format = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  return format.format(new Date(time)).replace(',', '')
}
