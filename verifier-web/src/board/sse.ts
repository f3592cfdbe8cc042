/** A line of a state may be long: a hundred gateways with their last hour. More is nothing that this page draws. */
const MAX_CHARACTERS = 4 << 20

export interface SseEvent {
  event: string
  data: string
}

/** Reads a stream of server-sent events (HTML Living Standard §9.2.6) piece by piece; ids and retry are of no use to this page. */
export class SseParser {
  #rest = ''
  #event: string = ''
  #data: string[] = []
  #length = 0

  /** What is complete with this piece. @throws RangeError for an event that is larger than any state is */
  take(piece: string): SseEvent[] {
    const events: SseEvent[] = []
    const text = this.#rest + piece
    // A CR at the end may be half of a CRLF.
    const held = text.endsWith('\r') ? '\r' : ''
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/)
    this.#rest = lines.pop()! + held
    for (const line of lines) {
      const event = this.#line(line)
      if (event !== undefined) events.push(event)
    }
    if (this.#length + this.#rest.length > MAX_CHARACTERS) throw new RangeError('an event is too large')
    return events
  }

  #line(line: string): SseEvent | undefined {
    if (line === '') return this.#dispatch()
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (field === 'event') this.#event = value
    else if (field === 'data') {
      this.#data.push(value)
      this.#length += value.length
      if (this.#length > MAX_CHARACTERS) throw new RangeError('an event is too large')
    }
    return undefined
  }

  #dispatch(): SseEvent | undefined {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') }
    const any = this.#data.length > 0
    this.#event = ''
    this.#data = []
    this.#length = 0
    return any ? event : undefined
  }
}
