import type { ServerResponse } from 'node:http'
import type { Board } from '../board/board.ts'
import { LedgerError } from '../error.ts'

/** Screens that one node serves; each costs a state every few seconds. */
export const MAX_LISTENERS = 32
/** A full state at least so often. */
const EVERY_MS = 4_000
/** Changes are told together, so that a gateway that comes and goes does not flood a screen. */
const APART_MS = 1_000
/** A comment between states says that the line is there, whatever keeps the next state. */
const BEAT_MS = 5_000
/** Who has not read for so long is let go. */
const STUCK_MS = 60_000
/** So long is a token believed that was good when the line was made: the page makes the next one by itself. */
const LINE_MS = 3_600_000

interface Listener {
  res: ServerResponse
  holder: string
  sinceMs: number
  /** Since when it has not read what was sent. */
  stuckAtMs: number | undefined
}

/** Server-sent events (HTML Living Standard §9.2): each is the full state, so that whoever comes back has missed nothing that still counts. */
export class BoardStream {
  readonly #board: Board
  readonly #log: (text: string) => void
  readonly #listeners = new Set<Listener>()
  #timer: NodeJS.Timeout | undefined
  #beat: NodeJS.Timeout | undefined
  #unwatch: (() => void) | undefined
  #sentAtMs = Number.NEGATIVE_INFINITY
  #making: boolean = false
  #again: boolean = false

  constructor(board: Board, log: (text: string) => void) {
    this.#board = board
    this.#log = log
    board.ending.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** @throws LedgerError BOARD_LISTENERS */
  add(res: ServerResponse, holder: string): void {
    if (this.#listeners.size >= MAX_LISTENERS)
      throw new LedgerError('BOARD_LISTENERS', `${MAX_LISTENERS} screens are open`)
    const listener: Listener = { res, holder, sinceMs: performance.now(), stuckAtMs: undefined }
    this.#listeners.add(listener)
    res.on('close', () => this.#remove(listener))
    res.on('drain', () => {
      listener.stuckAtMs = undefined
    })
    res.on('error', () => this.#remove(listener))
    res.write('retry: 2000\n\n')
    if (this.#listeners.size === 1) this.#begin()
    void this.#send()
  }

  #begin(): void {
    this.#unwatch = this.#board.watch(() => this.#soon())
    this.#beat = setInterval(() => this.#write(() => ':\n\n'), BEAT_MS)
    this.#beat.unref()
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    clearTimeout(this.#timer)
    clearInterval(this.#beat)
    this.#unwatch?.()
  }

  #soon(): void {
    this.#plan(Math.max(0, this.#sentAtMs + APART_MS - performance.now()))
  }

  #plan(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#send(), ms)
    this.#timer.unref()
  }

  /** Makes one state for everybody; what changes meanwhile is in the next. */
  async #send(): Promise<void> {
    if (this.#making) {
      this.#again = true
      return
    }
    this.#making = true
    try {
      const state = await this.#board.state()
      this.#write(({ holder }) => `event: state\ndata: ${JSON.stringify({ holder, ...state })}\n\n`)
    } catch (error) {
      // No news is what the page then says.
      this.#log(`board: ${String(error)}`)
    } finally {
      this.#making = false
      this.#sentAtMs = performance.now()
      if (this.#listeners.size > 0) this.#plan(this.#again ? APART_MS : EVERY_MS)
      this.#again = false
    }
  }

  #write(text: (to: Listener) => string): void {
    const nowMs = performance.now()
    for (const listener of [...this.#listeners]) {
      if (nowMs - listener.sinceMs > LINE_MS) {
        listener.res.end()
        this.#remove(listener)
        continue
      }
      // Each state is whole: one that is not read yet stands for the next one too.
      if (listener.stuckAtMs === undefined) {
        if (!listener.res.write(text(listener))) listener.stuckAtMs = nowMs
      } else if (nowMs - listener.stuckAtMs > STUCK_MS) listener.res.destroy()
    }
  }

  #end(): void {
    // The node does not wait for one that does not read.
    for (const { res, stuckAtMs } of [...this.#listeners])
      if (stuckAtMs === undefined) res.end()
      else res.destroy()
  }
}
