import { readFileSync } from 'node:fs'
import type { Router } from 'express'
import { parse } from 'yaml'
import { open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

/** The description beside the specification, from which the answer is made: there is one of it. */
const DOCUMENT: URL = new URL('../../../docs/openapi.yaml', import.meta.url)

/** `GET /v1/openapi.json`: this interface as OpenAPI 3.1, read when somebody first asks. */
export function openapiRoutes(): Router {
  let json: string | undefined
  return routes().get('/v1/openapi.json', open, (_req, res) => {
    json ??= JSON.stringify(parse(readFileSync(DOCUMENT, 'utf8')))
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('application/json').send(json)
  })
}
