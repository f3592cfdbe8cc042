import { setTimeout as sleep } from 'node:timers/promises'
import { AgentError } from '../error.ts'
import { addressText, type Link, type PortAddress } from './link.ts'

type Open = (device: string, address: PortAddress) => Promise<Link>

/** Modbus over Serial Line V1.02 §2.5.1.1: frames are 3.5 characters of 11 bits apart; above 19,200 baud 1.75 ms. */
const GAP_CHARACTERS = 3.5
const BITS = 11
const GAP_LEAST_MS = 2

/**
 * Lines on which several instruments take turns, as on an RS-485 pair: each line is opened once, for the first of them, and closed after the last.
 * Every one has a link of its own, with `turn`: what comes is heard by the one whose turn it is.
 */
export class SharedLines {
  readonly #open: Open
  readonly #lines = new Map<string, SharedLine>()

  constructor(open: Open) {
    this.#open = open
  }

  /** A part in the line of this address, which is opened if it is not. @throws AgentError PORT_* */
  async join(device: string, address: PortAddress): Promise<Link> {
    const key = addressText(address)
    for (;;) {
      const line = this.#lines.get(key)
      if (line === undefined) break
      const link = await line.join(device)
      if (link) return link
      // It is being closed: its port is free only afterwards.
      await line.over
      if (this.#lines.get(key) === line) this.#lines.delete(key)
    }
    const line = new SharedLine(this.#open(device, address), gapOf(address))
    this.#lines.set(key, line)
    void line.over.then(() => {
      if (this.#lines.get(key) === line) this.#lines.delete(key)
    })
    const link = await line.join(device)
    if (!link) throw new AgentError('PORT_LOST', { device, port: key, why: 'closed' })
    return link
  }
}

interface Member {
  device: string
  hear: ((chunk: Uint8Array) => void) | undefined
  /** Something was heard on the line, from whomever, since it joined. */
  alive: boolean
  end(reason: AgentError | undefined): void
}

class SharedLine {
  /** Resolves when the line is closed, or could not be opened. */
  readonly over: Promise<void>
  readonly #opening: Promise<Link>
  readonly #gapMs: number
  readonly #members = new Set<Member>()
  #joining = 0
  #speaking: Member | undefined
  #turns: Promise<unknown> = Promise.resolve()
  #closing: boolean = false

  constructor(opening: Promise<Link>, gapMs: number) {
    this.#opening = opening
    this.#gapMs = gapMs
    this.over = opening.then(
      async (link) => {
        link.onData((chunk) => this.#hear(chunk))
        const reason = await link.closed
        this.#closing = true
        for (const member of this.#members) member.end(reason && forDevice(reason, member.device))
        this.#members.clear()
      },
      () => undefined,
    )
  }

  /** Undefined when the line is being closed. @throws AgentError PORT_* where it cannot be opened */
  async join(device: string): Promise<Link | undefined> {
    if (this.#closing) return undefined
    this.#joining++
    try {
      const link = await this.#opening
      return this.#closing ? undefined : this.#linkOf(device, link)
    } catch (error) {
      throw error instanceof AgentError ? forDevice(error, device) : error
    } finally {
      this.#joining--
    }
  }

  #linkOf(device: string, link: Link): Link {
    let settle: (reason: AgentError | undefined) => void = () => undefined
    const closed = new Promise<AgentError | undefined>((resolve) => {
      settle = resolve
    })
    const member: Member = { device, hear: undefined, alive: false, end: settle }
    this.#members.add(member)
    return {
      closed,
      write: (bytes) => link.write(bytes),
      onData: (listener) => {
        member.hear = listener
      },
      turn: (work) => this.#turn(member, work),
      close: async () => {
        if (!this.#members.delete(member)) return
        settle(undefined)
        // Where one gives up and nothing was heard from anyone, the adapter may hang: all begin anew.
        if (this.#joining > 0 || (this.#members.size > 0 && member.alive)) return
        this.#closing = true
        await link.close()
      },
    }
  }

  /** One after the other, in the order in which they asked: who is silent has the line for as long as one answer may take, not longer. */
  #turn<T>(member: Member, work: () => Promise<T>): Promise<T> {
    const done = this.#turns.then(() => {
      this.#speaking = member
      return work()
    })
    this.#turns = done
      .catch(() => undefined)
      .then(() => {
        this.#speaking = undefined
        return sleep(this.#gapMs)
      })
    return done
  }

  #hear(chunk: Uint8Array): void {
    for (const member of this.#members) member.alive = true
    this.#speaking?.hear?.(chunk)
  }
}

/** What went wrong with the line is told of each instrument on it. */
function forDevice(error: AgentError, device: string): AgentError {
  return new AgentError(error.code, { ...error.fields, device }, { cause: error })
}

function gapOf(address: PortAddress): number {
  const characterMs = address.kind === 'serial' ? (BITS * 1000) / address.baudRate : 0
  return Math.max(GAP_LEAST_MS, Math.ceil(GAP_CHARACTERS * characterMs))
}
