import type { Router } from 'express'
import { open, REVALIDATE } from './headers.ts'
import { openapiInThread } from './openapi-document.ts'
import { routes } from './routes.ts'

/** `GET /v1/openapi.json`: this interface as OpenAPI 3.1, made when somebody first asks. */
export function openapiRoutes(): Router {
  let made: Promise<string> | undefined
  return routes().get('/v1/openapi.json', open, async (_req, res) => {
    made ??= openapiInThread()
    const json = await made.catch((error: unknown) => {
      made = undefined
      throw error
    })
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('application/json').send(json)
  })
}
