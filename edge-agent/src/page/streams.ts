import type { ServerResponse } from 'node:http'
import type { PageState } from './state.ts'

/** Displays that follow one gateway. */
const MAX_STREAMS = 16
/** Of one address: nobody takes the place of all others. */
const MAX_OF_ADDRESS = 6
/** Changes in one go: readings may come ten times a second. */
const GATHER_MS = 250
/** Ages and the clock go on without anything happening. */
const BEAT_MS = 5_000
/** What may wait for a display that does not read. */
const MAX_WAITING_BYTES = 262_144

/** Server-sent events: the state at every change, as `data:` lines of JSON. */
export class Streams {
  readonly #state: (access: PageState['access']) => Promise<PageState>
  readonly #failed: (thrown: unknown) => void
  readonly #open = new Map<ServerResponse, { access: () => PageState['access']; address: string }>()
  #timer: NodeJS.Timeout | undefined
  #beat: NodeJS.Timeout | undefined
  #sending: boolean = false

  constructor(state: (access: PageState['access']) => Promise<PageState>, failed: (thrown: unknown) => void) {
    this.#state = state
    this.#failed = failed
  }

  /** Begins to send; false when too many follow already. */
  open(res: ServerResponse, access: () => PageState['access'], address: string): boolean {
    const same = [...this.#open.values()].filter((other) => other.address === address).length
    if (this.#open.size >= MAX_STREAMS || same >= MAX_OF_ADDRESS) return false
    res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' })
    res.write('retry: 2000\n\n')
    this.#open.set(res, { access, address })
    res.on('close', () => this.#close(res))
    this.#beat ??= setInterval(() => this.changed(), BEAT_MS)
    this.changed()
    return true
  }

  /** Something has changed: it is sent soon. */
  changed(): void {
    if (this.#open.size > 0) this.#timer ??= setTimeout(() => void this.#send(), GATHER_MS)
  }

  end(): void {
    for (const res of this.#open.keys()) res.end()
    this.#open.clear()
    this.#stop()
  }

  async #send(): Promise<void> {
    this.#timer = undefined
    if (this.#sending) return this.changed()
    this.#sending = true
    try {
      const made = new Map<PageState['access'], string>()
      for (const [res, follower] of this.#open) {
        const access = follower.access()
        const text = made.get(access) ?? `data: ${JSON.stringify(await this.#state(access))}\n\n`
        made.set(access, text)
        if (res.writableLength > MAX_WAITING_BYTES) res.destroy()
        else res.write(text)
      }
    } catch (thrown) {
      // Nobody waits for this: thrown on, it would end the gateway. The next beat tries again.
      this.#failed(thrown)
    } finally {
      this.#sending = false
    }
  }

  #close(res: ServerResponse): void {
    this.#open.delete(res)
    if (this.#open.size === 0) this.#stop()
  }

  #stop(): void {
    clearInterval(this.#beat)
    clearTimeout(this.#timer)
    this.#beat = undefined
    this.#timer = undefined
  }
}
