import type { Router } from 'express'
import type { Metrics } from '../metrics.ts'
import { routes } from './routes.ts'

/** `GET /metrics`, in the text format of Prometheus. */
export function metricsRoutes({ registry }: Metrics): Router {
  return routes().get('/metrics', async (_req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Type', registry.contentType)
    res.send(await registry.metrics())
  })
}
