/** Reads a ledger over HTTP. An answer that is not there yet is undefined. */
export class LedgerClient {
  constructor(url) {
    this.url = url
  }

  /** How many events the ledger holds about a subject, a GS1 Digital Link. */
  async countEvents(subject) {
    const answer = await this.#ask(new URL(subject).pathname)
    return answer?.epcisBody?.queryResults?.resultsBody?.eventList?.length ?? 0
  }

  /** The key of the log, as its policy names it. */
  async logKey() {
    const response = await fetch(`${this.url}/v1/policy`, { signal: AbortSignal.timeout(5000) })
    return /^log (\S+)/m.exec(await response.text())[1]
  }

  /** The enrolled gateways with the health that they told. */
  async gateways() {
    const answer = await this.#ask('/v1/gateways')
    return answer?.gateways ?? []
  }

  async #ask(path) {
    try {
      const response = await fetch(this.url + path, {
        headers: { Accept: 'application/json' },
        signal: AbortSignal.timeout(5000),
      })
      return response.ok ? await response.json() : undefined
    } catch {
      return undefined
    }
  }
}
