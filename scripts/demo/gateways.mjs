import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { READY_MS } from './children.mjs'
import { ADMINISTRATOR, gatewayConfig, operations } from './consortium.mjs'
import { readGatewayPage } from './gateway-page.mjs'
import { DemoError } from './options.mjs'
import { tick } from './tick.mjs'

const { stringify } = createRequire(new URL('../../edge-agent/package.json', import.meta.url))('yaml')

/** The gateways of a story, each a process of its own: from their configurations until all are online. */
export class Gateways {
  #story
  #state
  #children
  #publicUrl

  /** @param publicUrl where people reach the ledger's pages */
  constructor(story, state, children, publicUrl) {
    this.#story = story
    this.#state = state
    this.#children = children
    this.#publicUrl = publicUrl
  }

  /** How many there are, in a word. */
  get text() {
    return `${['no', 'one', 'two', 'three', 'four', 'five', 'six'][this.#story.members.length]} gateways`
  }

  /** Configures the gateways, enrols those that are new, starts them and waits until all are online. */
  async start(ledger, ports, everyMs) {
    const mqttUrl = `mqtt://127.0.0.1:${this.#state.mqttPort}`
    const ledgerKey = publicKey(this.#state.path('ledger', 'keys', 'ack.pem'))
    const gatewayPage = await readGatewayPage(this.#state.path('gateway-page.json'))
    for (const member of this.#story.members) {
      mkdirSync(this.#folder(member), { recursive: true })
      const config = gatewayConfig(member, { mqttUrl, ledgerKey, ports, everyMs })
      // Where the goods arrive last, somebody may want to see the gateway's own page.
      const page =
        member === this.#story.members.at(-1) ? { page: { ...gatewayPage.config, ledger: this.#publicUrl } } : {}
      writeFileSync(this.#config(member), stringify({ ...config, ...page }))
    }
    // A model of good food takes seconds to train; it is kept with the rest.
    if (!this.#state.prepared) await this.#story.prepare?.(this.#children, (id) => this.#folder({ id }))
    this.#state.save({ prepared: true })
    await this.#enrol(ledger)
    for (const member of this.#story.members) {
      this.#children.start(member.id, 'agent', ['run', '--config', this.#config(member)])
    }
    this.#state.remember(this.#children)
    await this.#online(ledger)
    tick(`the last gateway's own page at ${gatewayPage.url}, PIN ${gatewayPage.pin}`)
  }

  async #enrol(ledger) {
    const requests = await Promise.all(
      this.#story.members.map(async (member) => {
        const file = `${this.#folder(member)}/data/enrolment-request.json`
        if (!existsSync(file)) await this.#children.run(member.id, 'agent', ['init', '--config', this.#config(member)])
        return JSON.parse(readFileSync(file, 'utf8'))
      }),
    )
    const enrolled = new Set((await ledger.gateways()).map(({ org, gateway }) => `${org}/${gateway}`))
    if (requests.every(({ org, gateway }) => enrolled.has(`${org}/${gateway}`))) return
    const file = this.#state.path('enrolment.json')
    writeFileSync(file, JSON.stringify(operations(this.#story, requests), null, 2))
    const key = this.#state.path('ledger', 'keys', `admin-${ADMINISTRATOR}.pem`)
    await this.#children.run('enrol', 'ledger', ['enrol', '--node', ledger.url, '--admin-key', key, '--file', file])
    tick(`${this.text.replace('gateways', 'organisations')} enrolled, with their places, products and gateways`)
  }

  async #online(ledger) {
    const until = Date.now() + READY_MS
    for (;;) {
      const gateways = await ledger.gateways()
      const waiting = this.#story.members.filter(
        (member) =>
          !isReady(
            gateways.find((gateway) => gateway.gateway === member.id),
            member,
          ),
      )
      if (waiting.length === 0) return
      if (Date.now() > until) {
        const logs = waiting.map(({ id }) => `${id}:\n${this.#children.lastLines(id)}`).join('\n')
        throw new DemoError(`Not all gateways are ready after ${READY_MS / 1000} s. Their last lines:\n${logs}`)
      }
      await setTimeout(200, undefined, { signal: this.#children.stopping })
    }
  }

  #folder({ id }) {
    return this.#state.path('gateways', id)
  }

  #config(member) {
    return `${this.#folder(member)}/gateway.yaml`
  }
}

/** A gateway whose instruments all answer and whose clock its receiver has set. */
function isReady(gateway, { instruments = 3 }) {
  const { state, devices = {}, clock } = gateway?.health ?? {}
  const all = Object.values(devices)
  return (
    state === 'online' &&
    clock?.source === 'gnss' &&
    all.length === instruments &&
    all.every((device) => device.state === 'up')
  )
}

/** The 32 bytes, in base64url, of the public key to a private key file. */
function publicKey(file) {
  return createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'jwk' }).x
}
