/** Random numbers that are the same in every run with the same seed (mulberry32): for workloads, never for keys of a real ledger. */
export class Random {
  #state

  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** 0 ≤ n < 2^32 */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** 0 ≤ n < limit */
  below(limit) {
    return this.next() % limit
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  bytes(length) {
    return Uint8Array.from({ length }, () => this.next() & 255)
  }

  hex(digits) {
    let text = ''
    while (text.length < digits) text += this.next().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  uuid() {
    const h = this.hex(32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20)}`
  }
}
