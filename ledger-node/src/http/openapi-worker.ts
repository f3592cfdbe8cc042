import { parentPort } from 'node:worker_threads'
import { openapiJson } from './openapi-document.ts'

parentPort?.postMessage(openapiJson())
