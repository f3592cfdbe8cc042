import { type Ack, encodeAck, fromHex, type KeyState, toHex } from '@tristamp/protocol'
import type { Receipt, Sender } from './intake.ts'
import type { SigningKey } from './keys.ts'
import type { Ledger } from './ledger.ts'

/** A key's acks come no closer than this: each covers all before it, and costs as much as an eighth of a batch. */
const APART_MS = 10

/** Signs what the ledger answers gateways, and hands it to the broker. */
export class Acks {
  readonly #ledger: Ledger
  readonly #key: SigningKey
  readonly #send: (to: Sender, ack: Uint8Array) => void
  /** By kid in hex: when the next ack may go out, and the clock of one that waits for it. */
  readonly #next = new Map<string, { atMs: number; clock?: NodeJS.Timeout }>()

  readonly #failed: (error: unknown) => void

  /** @param failed told when an ack that waited could not be made */
  constructor(
    ledger: Ledger,
    key: SigningKey,
    send: (to: Sender, ack: Uint8Array) => void,
    failed: (error: unknown) => void,
  ) {
    this.#failed = failed
    this.#ledger = ledger
    this.#key = key
    this.#send = send
  }

  /** Answers a group of batches: one cumulative ack for each key in it, at once or a moment later; and what was refused. */
  async answer(group: readonly { receipt: Receipt; sender: Sender | undefined }[]): Promise<void> {
    const recorded = new Map<string, Uint8Array>()
    for (const { receipt } of group) if (receipt.kind === 'recorded') recorded.set(toHex(receipt.kid), receipt.kid)
    for (const [id, kid] of recorded) await this.#soon(id, kid)
    for (const { receipt, sender } of group) {
      if (receipt.kind === 'refused' && sender !== undefined) this.#refuse(receipt, sender)
    }
  }

  /** The present ack of a gateway that has just come: it may have missed one. */
  async greet(sender: Sender): Promise<void> {
    const key = this.#activeKey(sender)
    if (key !== undefined) await this.#acknowledge(key.kid)
  }

  /** Sends what waits. */
  async close(): Promise<void> {
    for (const [id, { clock }] of this.#next) {
      if (clock === undefined) continue
      clearTimeout(clock)
      await this.#acknowledge(fromHex(id))
    }
    this.#next.clear()
  }

  async #soon(id: string, kid: Uint8Array): Promise<void> {
    const now = performance.now()
    const next = this.#next.get(id) ?? { atMs: now }
    if (next.clock !== undefined) return
    this.#next.set(id, next)
    if (next.atMs <= now) {
      next.atMs = now + APART_MS
      await this.#acknowledge(kid)
      return
    }
    next.clock = setTimeout(() => {
      delete next.clock
      next.atMs = performance.now() + APART_MS
      this.#acknowledge(kid).catch(this.#failed)
    }, next.atMs - now)
  }

  async #acknowledge(kid: Uint8Array): Promise<void> {
    const key = this.#ledger.state.keys.get(toHex(kid))
    const end = await this.#ledger.chainEnd(kid)
    if (key?.org === undefined || key.gateway === undefined || key.kind !== 'gateway' || end === undefined) return
    const ack: Ack = { kind: 'ack', kid, seq: end.seq, prev: end.leaf, entry: end.entry, treeSize: this.#ledger.size }
    this.#send({ org: key.org, gateway: key.gateway }, this.#sealed(ack))
  }

  #refuse({ code, kid, expected }: Receipt & { kind: 'refused' }, sender: Sender): void {
    // A batch that could not even be read names no key: the gateway's own is meant, where its chain stands.
    const key = this.#activeKey(sender)
    const at = expected ?? (key && { seq: key.nextSeq, prev: key.prev })
    const of = kid ?? key?.kid
    if (at === undefined || of === undefined) return
    this.#send(sender, this.#sealed({ kind: 'expected', kid: of, expected: at.seq, prev: at.prev, reason: code }))
  }

  #activeKey({ org, gateway }: Sender): KeyState | undefined {
    for (const key of this.#ledger.state.keys.values()) {
      if (key.status === 'active' && key.org === org && key.gateway === gateway) return key
    }
    return undefined
  }

  #sealed(ack: Ack): Uint8Array {
    return encodeAck(ack, this.#key.publicKey, this.#key.sign)
  }
}
