// A scanner in keyboard mode: it types what it read, very fast, and presses Enter.

export interface KeyStroke {
  key: string
  ctrl: boolean
  alt: boolean
  meta: boolean
}

const GS = '\x1d'
/** A person who types into nothing may take so long between two keys. */
const SLOW_MS = 2_000
/** Faster than anyone types: Bluetooth scanners are the slowest. */
const FAST_MS = 80
/** From so many fast keys on it is a scanner, wherever the focus is. */
const BURST = 4
const MOST = 1024
/** Keys that scanners send for FNC1, besides Ctrl+] and character 29. */
const SEPARATORS = new Set(['F8', GS])

/**
 * Gathers keys to scans. `free`: the focus is nowhere, so that every key is meant for it; else only a burst is, and what was the beginning of one goes to
 * the focused control too, where letters and digits do nothing.
 */
export class Wedge {
  #text = ''
  #fast = 0
  #lastMs = 0
  #altCode = ''

  /** A key went down. @returns the scan that it ends; whether the browser must not act on the key; else undefined */
  press({ key, ctrl, alt, meta }: KeyStroke, free: boolean, nowMs: number): { scan: string } | 'taken' | undefined {
    if (key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'CapsLock') return undefined
    const pause = nowMs - this.#lastMs
    this.#lastMs = nowMs
    if (pause > (free ? SLOW_MS : FAST_MS)) this.reset()
    const isBurst = this.#fast >= BURST - 1
    if (key === 'Enter' || key === 'Tab') {
      const text = this.#text
      this.reset()
      return text !== '' && (isBurst || (free && key === 'Enter')) ? { scan: text } : undefined
    }
    const added = this.#addedBy(key, ctrl, alt, meta)
    if (added === undefined) {
      this.reset()
      return undefined
    }
    this.#fast = pause <= FAST_MS ? this.#fast + 1 : 0
    this.#text = (this.#text + added).slice(0, MOST)
    // Space presses buttons, Ctrl+] and F8 are the browser's: not within a scan.
    return free || isBurst || added === GS ? 'taken' : undefined
  }

  /** A key went up: Alt ends a character that was given by its number. */
  release(key: string): void {
    if (key !== 'Alt' || this.#altCode === '') return
    const code = Number(this.#altCode)
    this.#altCode = ''
    if (code === 29 || (code >= 32 && code < 127)) this.#text += String.fromCharCode(code)
  }

  reset(): void {
    this.#text = ''
    this.#fast = 0
    this.#altCode = ''
  }

  #addedBy(key: string, ctrl: boolean, alt: boolean, meta: boolean): string | undefined {
    if (SEPARATORS.has(key) || (ctrl && key === ']')) return GS
    if (alt && /^\d$/.test(key) && this.#altCode.length < 4) {
      this.#altCode += key
      return ''
    }
    return key.length === 1 && !ctrl && !meta ? key : undefined
  }
}
