import * as crypto from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyLedger } from '@tristamp/ledger-node'
import { toHex, verifyOnNode, ZERO_HASH } from '@tristamp/protocol'
import type { Launch } from './child.ts'
import { Failpoint } from './failpoint.ts'
import { TestFollower } from './follower.ts'
import { freePort } from './free-port.ts'
import { commissioned, item, ORGANISATION } from './goods.ts'
import { TestLedger } from './ledger.ts'
import { recordedBy } from './recorded.ts'
import { TestSigner } from './signer.ts'
import { pause, until } from './until.ts'

const verify = verifyOnNode(crypto)

/** A batch that the ledger has said it holds. */
interface Held {
  seq: number
  entry: number
  leaf: string
}

/**
 * A ledger with a follower that is its witness, and a gateway that sends as a real one does: the same batch until it is taken, and then the next.
 * Both nodes have fixed addresses and a failpoint.
 */
export class Lane implements AsyncDisposable {
  readonly folder: string
  readonly ledger: TestLedger
  readonly follower: TestFollower
  readonly atLedger: Failpoint
  readonly atFollower: Failpoint
  /** Spare keys, of which a test may spoil one after the other. */
  readonly spares: TestSigner[]
  readonly signer: TestSigner = new TestSigner('farm')
  readonly held: Held[] = []
  #ports: readonly string[] = []
  #pending: { batch: Uint8Array; seq: number; leaf: string } | undefined
  #items = 0

  private constructor(folder: string, ledger: TestLedger, follower: TestFollower, spares: number) {
    this.folder = folder
    this.ledger = ledger
    this.follower = follower
    this.atLedger = new Failpoint(folder, 'ledger')
    this.atFollower = new Failpoint(folder, 'follower')
    this.spares = Array.from({ length: spares }, (_, i) => new TestSigner(`spare${i}`))
  }

  /** Founds the ledger, enrols the gateways and starts both nodes; with failpoints, unless they are to be started in another way. */
  static async open(folder: string, spares = 0, launch?: { ledger: Launch; follower: Launch }): Promise<Lane> {
    const ledger = await TestLedger.found(join(folder, 'ledger'))
    const follower = await TestFollower.prepare(join(folder, 'follower'))
    const lane = new Lane(folder, ledger, follower, spares)
    ledger.launch = launch?.ledger ?? lane.atLedger.launch
    follower.launch = launch?.follower ?? lane.atFollower.launch
    const { name, url, vkey } = follower
    const config = join(folder, 'ledger.yaml')
    writeFileSync(config, JSON.stringify({ witnesses: [{ name, url, vkey }], quorum: 1 }))
    const [http, mqtt] = [await freePort(), await freePort()]
    lane.#ports = ['--config', config, '--port', String(http), '--mqtt-port', String(mqtt)]
    await lane.startLedger()
    await lane.startFollower()
    await ledger.enrol(ORGANISATION, lane.signer.enrolment(), ...lane.spares.map((spare) => spare.enrolment()))
    return lane
  }

  async startLedger(): Promise<void> {
    await this.ledger.start(...this.#ports)
  }

  async startFollower(): Promise<void> {
    await this.follower.start(this.ledger.url)
  }

  /** The batch that is not taken yet, or else the next one. */
  next(): { batch: Uint8Array; seq: number } {
    if (this.#pending === undefined) {
      const { seq } = this.signer
      const batch = this.signer.batch(commissioned(item(`L${this.#items++}`)), commissioned(item('ALL')))
      this.#pending = { batch, seq, leaf: toHex(this.signer.prev) }
    }
    return this.#pending
  }

  /** The ledger holds it: from now on it must always hold it. */
  taken(entry: number): void {
    const { seq, leaf } = this.#pending!
    this.held.push({ seq, entry, leaf })
    this.#pending = undefined
  }

  /** Sends a batch until it is taken; false when the ledger's process has ended instead. */
  async record(): Promise<boolean> {
    for (const until = Date.now() + 120_000; Date.now() < until; await pause(20)) {
      const answer = await this.post(this.next().batch)
      if (answer?.ok === true) {
        this.taken(((await answer.json()) as { entry: number }).entry)
        return true
      }
      if (this.ledger.process.ended) return false
      if (answer !== undefined && answer.status !== 503 && answer.status !== 429)
        throw new Error(`${answer.status} ${await answer.text()}`)
    }
    throw new Error(`the ledger takes nothing: ${this.ledger.process.err.split('\n').slice(-5).join('\n')}`)
  }

  /** The ledger's answer; undefined when there is none. */
  async post(batch: Uint8Array): Promise<Response | undefined> {
    try {
      return await this.ledger.post(batch)
    } catch {
      return undefined
    }
  }

  /** Waits until all that is held is published by the ledger, and by the follower with the same root. */
  async settled(): Promise<void> {
    await this.ledger.sealed(this.held.at(-1)?.entry ?? 0)
    await until(
      'both publish the same checkpoint',
      async () => {
        const [theirs, own] = await Promise.all([textOf(this.ledger.url), textOf(this.follower.url)])
        return theirs !== undefined && theirs === own
      },
      120_000,
    ).catch(async (error: Error) => {
      const last = this.follower.process.err.split('\n').slice(-5).join('\n')
      throw new Error(`${error.message}: ${JSON.stringify(await this.follower.health())} ${last}`)
    })
  }

  /** An audit of a folder on which nothing runs: it passes, and holds all that was acknowledged, once and in order. */
  async audited(data: string): Promise<void> {
    const { flaw, entries } = await verifyLedger(data, verify)
    if (flaw !== undefined) throw new Error(`audit of ${data}: ${JSON.stringify(flaw)}`)
    const recorded = recordedBy(data, this.signer.kid)
    let prev = toHex(ZERO_HASH)
    for (const [seq, { statement, leaf }] of recorded.entries()) {
      if (statement.header.seq !== seq || toHex(statement.header.prev) !== prev) throw new Error(`no chain at ${seq}`)
      prev = leaf
    }
    const ids = recorded.flatMap(({ events }) => events.map(({ eventID }) => eventID))
    if (new Set(ids).size !== ids.length) throw new Error('an event is recorded twice')
    const expected = data === this.ledger.data ? this.held : this.held.filter(({ entry }) => entry < entries)
    for (const { seq, entry, leaf } of expected) {
      const found = recorded[seq]
      if (found?.entry !== entry || found.leaf !== leaf)
        throw new Error(`seq ${seq} was acknowledged as entry ${entry}, and is ${found?.entry}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.atLedger.disarm()
    this.atFollower.disarm()
    await this.follower[Symbol.asyncDispose]()
    await this.ledger[Symbol.asyncDispose]()
  }
}

/** The text of a node's checkpoint, without signatures. */
async function textOf(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/checkpoint`).catch(() => undefined)
  return response?.ok === true ? (await response.text()).split('\n\n')[0] : undefined
}
