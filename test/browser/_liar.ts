import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Lie = (request: IncomingMessage, response: ServerResponse) => void

/** A server between a page and its ledger: passes everything on, but for what it lies about. */
export interface Liar extends AsyncDisposable {
  url: string
  /** What was asked, in order. */
  asked: string[]
  /** Answers this path itself from now on. */
  lie(path: string, answer: Lie): void
  /** Changes the headers of whatever is passed on. */
  header(path: string, name: string, value: string): void
  truth(): void
}

export async function startLiar(ledger: string): Promise<Liar> {
  const lies = new Map<string, Lie>()
  const headers = new Map<string, [string, string]>()
  const asked: string[] = []
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').split('?')[0]!
    asked.push(incoming.url ?? '/')
    const lie = lies.get(path)
    if (lie !== undefined) return lie(incoming, outgoing)
    const { host: _, ...own } = incoming.headers
    const onward = request(`${ledger}${incoming.url}`, { method: incoming.method, headers: own }, (answer) => {
      const changed = headers.get(path)
      outgoing.writeHead(answer.statusCode ?? 502, {
        ...answer.headers,
        ...(changed && { [changed[0]]: changed[1] }),
      })
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lie: (path, answer) => void lies.set(path, answer),
    header: (path, name, value) => void headers.set(path, [name, value]),
    truth() {
      lies.clear()
      headers.clear()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
