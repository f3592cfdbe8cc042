import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { parse } from 'yaml'

/** The description beside the specification, from which the answer is made: there is one of it. */
const DOCUMENT: URL = new URL('../../../docs/openapi.yaml', import.meta.url)

/** The document as JSON text. Parsing takes half a second of a processor. */
export function openapiJson(): string {
  return JSON.stringify(parse(readFileSync(DOCUMENT, 'utf8')))
}

/** The same in a thread of its own: what is recorded does not wait for it. */
export function openapiInThread(): Promise<string> {
  return new Promise((resolve, reject) => {
    // Tests run the sources, of which a thread could not be started.
    if (!import.meta.url.endsWith('.js')) return resolve(openapiJson())
    const worker = new Worker(new URL('./openapi-worker.js', import.meta.url))
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of the OpenAPI document ended without it')))
  })
}
