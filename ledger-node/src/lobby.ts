import type { Socket } from 'node:net'
import { networkOf } from './network.ts'

export interface LobbyLimits {
  /** Connections that have not logged in, in all. */
  most: number
  /** And of one client address. */
  mostEach: number
}

/**
 * Connections that have not logged in yet, the oldest first. There are few places, and who comes last gets the place of who has waited
 * longest: a gateway logs in at once, and whoever holds connections open takes the place of others like himself.
 */
export class Lobby {
  readonly #limits: LobbyLimits
  readonly #evicted: () => void
  readonly #waiting = new Map<string, { socket: Socket; client: string }>()
  readonly #counts = new Map<string, number>()

  /** @param evicted told of each connection that is ended for another */
  constructor(limits: LobbyLimits, evicted: () => void) {
    this.#limits = limits
    this.#evicted = evicted
  }

  enter(socket: Socket): void {
    const id = idOf(socket)
    const client = networkOf(socket.remoteAddress ?? '')
    if (this.#countOf(client) >= this.#limits.mostEach) this.#evictOldest(client)
    if (this.#waiting.size >= this.#limits.most) this.#evictOldest()
    this.#waiting.set(id, { socket, client })
    this.#counts.set(client, this.#countOf(client) + 1)
    socket.once('close', () => this.#waiting.get(id)?.socket === socket && this.#remove(id))
  }

  /** Logged in: the socket is known by its ends, as a TLS socket is another object than the one that was accepted. */
  leave(socket: Socket): void {
    this.#remove(idOf(socket))
  }

  #evictOldest(client?: string): void {
    for (const [id, oldest] of this.#waiting) {
      if (client !== undefined && oldest.client !== client) continue
      this.#remove(id)
      this.#evicted()
      oldest.socket.destroy()
      return
    }
  }

  #remove(id: string): void {
    const found = this.#waiting.get(id)
    if (found === undefined) return
    this.#waiting.delete(id)
    const left = this.#countOf(found.client) - 1
    if (left > 0) this.#counts.set(found.client, left)
    else this.#counts.delete(found.client)
  }

  #countOf(client: string): number {
    return this.#counts.get(client) ?? 0
  }
}

function idOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
