import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { freePort } from './network.mjs'

const { stringify } = createRequire(new URL('../../edge-agent/package.json', import.meta.url))('yaml')

/** Of the watchers, so many must have cosigned what a reader is to believe. */
const QUORUM = 2

/**
 * Who holds the ledger's operator to account. Followers have the whole ledger and cosign what they have made again by the same rules; a
 * witness keeps no copy and cosigns that the ledger only grew.
 */
export const WATCHERS = [
  { id: 'regulator', name: 'market-regulation.demo.example', what: 'the market regulator', follows: true },
  { id: 'retailers', name: 'retailers.demo.example', what: 'the retailers’ association', follows: true },
  { id: 'witness', name: 'university.demo.example', what: 'a university', follows: false },
]

/** The watchers of one ledger: their keys and addresses, which the ledger must know, and their programs. */
export class Watchers {
  #state
  #children
  /** By id: { port, vkey }. */
  #known = {}

  constructor(state, children) {
    this.#state = state
    this.#children = children
  }

  /** Makes keys and finds ports where there are none yet; writes the ledger's configuration and answers where it is. */
  async prepare(access) {
    for (const { id } of WATCHERS) {
      const before = this.#state.watchers[id]
      this.#known[id] = { ...before, port: await freePort(before?.port) }
    }
    await Promise.all(
      WATCHERS.filter(({ id }) => !this.#known[id].vkey).map(async ({ id, name }) => {
        const args = ['witness-key', '--data', this.#folder(id), '--name', name]
        this.#known[id].vkey = (await this.#children.run(id, 'ledger', args)).trim()
      }),
    )
    this.#state.save({ watchers: this.#known })
    const witnesses = WATCHERS.map(({ id, name }) => ({ name, url: this.url(id), vkey: this.#known[id].vkey }))
    mkdirSync(this.#state.path('watchers'), { recursive: true })
    const file = this.#state.path('watchers', 'ledger.yaml')
    writeFileSync(file, stringify({ witnesses, quorum: QUORUM, access }))
    return file
  }

  /** The programs to start for a ledger at this address whose log has this key: `{ id, args }`. */
  programs(url, logKey) {
    return WATCHERS.map(({ id, name, follows }) => {
      const where = ['--data', this.#folder(id), '--name', name, '--port', String(this.#known[id].port)]
      return { id, args: follows ? ['run', '--follow', url, ...where] : ['witness', '--log', logKey, ...where] }
    })
  }

  url(id) {
    return `http://127.0.0.1:${this.#known[id].port}`
  }

  #folder(id) {
    return this.#state.path('watchers', id)
  }
}
