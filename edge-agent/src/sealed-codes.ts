import { readFileSync, statSync } from 'node:fs'
import { fromUtf8, ProtocolError, parseSealedManifest, SEALED_MANIFEST_BYTES } from '@tristamp/protocol'
import { AgentError, asAgentError, whyOf } from './error.ts'

const GONE = 'gone'
/** How often it is looked whether there are newer ones. */
const LOOK_MS = 2000

/**
 * Commitments to the sealed codes of goods, as the print shop's manifest names them (docs/spec/sealed-code.md). A manifest that is written anew counts
 * without a restart; one that cannot be read is told, and those before it go on counting.
 */
export class SealedCodes {
  readonly #file: string
  readonly #problem: (error: AgentError) => void
  readonly #now: () => number
  #commitments: ReadonlyMap<string, string> = new Map()
  #state: string = GONE
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(file: string, problem: (error: AgentError) => void, now: () => number = () => performance.now()) {
    this.#file = file
    this.#problem = problem
    this.#now = now
  }

  /** The first reading. @throws AgentError SEALED_FILE */
  load(): void {
    this.#lookedMs = this.#now()
    const state = this.#look()
    this.#commitments = read(this.#file)
    this.#state = state
  }

  /** The commitment to an item's sealed code; undefined if it has none. */
  find(item: string): string | undefined {
    if (this.#now() - this.#lookedMs >= LOOK_MS) this.#renew()
    return this.#commitments.get(item)
  }

  #renew(): void {
    this.#lookedMs = this.#now()
    const before = this.#state
    this.#state = GONE
    try {
      this.#state = this.#look()
      if (this.#state !== before) this.#commitments = read(this.#file)
    } catch (thrown) {
      // Of a file that is wrong, or gone, it is told once.
      if (this.#state !== before) this.#problem(asAgentError(thrown))
    }
  }

  /** What tells one writing of the file from another. @throws AgentError SEALED_FILE */
  #look(): string {
    try {
      const { mtimeMs, size, ino } = statSync(this.#file)
      return `${mtimeMs} ${size} ${ino}`
    } catch (cause) {
      throw new AgentError('SEALED_FILE', { file: this.#file, why: whyOf(cause) }, { cause })
    }
  }
}

/** @throws AgentError SEALED_FILE */
function read(file: string): ReadonlyMap<string, string> {
  try {
    if (statSync(file).size > SEALED_MANIFEST_BYTES)
      throw new ProtocolError('SEALED_MALFORMED', `more than ${SEALED_MANIFEST_BYTES} bytes`)
    return parseSealedManifest(fromUtf8(new Uint8Array(readFileSync(file))))
  } catch (cause) {
    throw new AgentError('SEALED_FILE', { file, why: whyOf(cause) }, { cause })
  }
}
