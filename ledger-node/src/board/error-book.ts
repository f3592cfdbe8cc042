import { sentenceOf } from './sentences.ts'

/**
 * Who says so: `ledger` this node itself, `batch` a batch that it refused, `gateway` what a gateway counts in its status, `witness` a cosignature that
 * was not had, `client` an MQTT client that was turned away.
 */
export type ErrorSource = 'ledger' | 'batch' | 'gateway' | 'witness' | 'client'

export interface BoardError {
  code: string
  source: ErrorSource
  /** The gateway or witness, where one is known. */
  from?: string
  count: number
  /** ms since 1970. */
  firstAtMs: number
  lastAtMs: number
  detail?: string
  sentence: { zh: string; en: string }
}

/** Kinds of errors remembered; whoever could name more pushes the oldest out. */
const MAX_KINDS = 128
const MAX_DETAIL = 300

/** The errors since the node started, one line for each code and whoever it comes from. */
export class ErrorBook {
  /** In the order of the last time. */
  readonly #kinds = new Map<string, BoardError>()

  add(
    error: { code: string; source: ErrorSource; from?: string; detail?: string; count?: number },
    nowMs: number,
  ): void {
    const { code, source, from, detail, count = 1 } = error
    const name = `${source} ${from ?? ''} ${code}`
    const before = this.#kinds.get(name)
    this.#kinds.delete(name)
    this.#kinds.set(name, {
      code,
      source,
      ...(from !== undefined && { from }),
      count: Math.min(Number.MAX_SAFE_INTEGER, (before?.count ?? 0) + count),
      firstAtMs: before?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
      ...(detail !== undefined && { detail: detail.slice(0, MAX_DETAIL) }),
      sentence: sentenceOf(code, source),
    })
    if (this.#kinds.size > MAX_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!)
  }

  /** The newest first. */
  last(count: number): BoardError[] {
    return [...this.#kinds.values()].slice(-count).reverse()
  }
}
