import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { DemoError } from './options.mjs'

/** From the last scan of a step to its record in the ledger: reading, signing, sending, sealing. */
const RECORD_MS = 30_000
const POLL_MS = 250

/** Follows a play: each step as the simulator tells it, with a tick once the ledger holds its record. */
export class Play {
  #steps = []
  #played = new Map()
  #end
  #failure
  #heard = new EventTarget()

  /** Takes an event of the simulator. */
  hear(event) {
    if (event.type === 'step' && event.state === 'begun') this.#steps.push(event)
    if (event.type === 'step' && event.state === 'played') {
      this.#played.set(event.index, { time: event.time, at: Date.now() })
    }
    if (event.type === 'done') this.#end = event.time
    if (event.type === 'error') this.#failure = event.message
    this.#heard.dispatchEvent(new Event('event'))
  }

  /** Begins the play and prints its steps; resolves with the scenario's time at its end. Rejects with a DemoError. */
  async follow(begin, ledger, children) {
    const signal = children.stopping
    begin()
    for (;;) {
      this.#assertGoing()
      const step = this.#steps.shift()
      if (step) {
        if (step.expect) await this.#recorded(step, ledger, children)
        const { time } = this.#played.get(step.index) ?? step
        if (step.say) console.log(`  ${step.expect ? '✓' : '·'} ${local(time)}  ${step.say.en}  ${step.say.zh}`)
      } else if (this.#end) return this.#end
      else await once(this.#heard, 'event', { signal })
    }
  }

  /** Resolves once the ledger holds the record of a step. */
  async #recorded({ index, say, expect: { subject, events, gateway } }, ledger, children) {
    while ((await ledger.countEvents(subject)) < events) {
      this.#assertGoing()
      const played = this.#played.get(index)
      if (played && Date.now() - played.at > RECORD_MS) {
        const lines = children.lastLines(gateway)
        throw new DemoError(`The ledger has no record of "${say.en}". The last lines of gateway ${gateway}:\n${lines}`)
      }
      await setTimeout(POLL_MS, undefined, { signal: children.stopping })
    }
  }

  #assertGoing() {
    if (this.#failure) throw new DemoError(`The play has stopped: ${this.#failure}`)
  }
}

/** As the clocks of its people show it: `19 Nov 14:00`. */
function local(time) {
  const fields = { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' }
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hourCycle: 'h23', ...fields })
  return format.format(new Date(time)).replace(',', '')
}
