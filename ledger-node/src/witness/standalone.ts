import { mkdir } from 'node:fs/promises'
import type { VerifierKey } from '@tristamp/protocol'
import express from 'express'
import { started } from '../closers.ts'
import { nodeDisk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { guarded } from '../http/headers.ts'
import { problems } from '../http/problem.ts'
import { rateLimit } from '../http/rate-limit.ts'
import { reachableHost, serveHttp } from '../http/server.ts'
import { witnessRoutes } from '../http/witness.ts'
import { lockData } from '../lock.ts'
import { verifySignature } from '../node-crypto.ts'
import { readTls, refusePlain, type TlsFiles } from '../tls.ts'
import { openWitness } from './open.ts'

export interface WitnessConfig {
  /** Its folder: key and memory. */
  data: string
  /** Its name in policies. */
  name: string
  logs: VerifierKey[]
  host: string
  /** 0: any free port. */
  port: number
  requestsPerSecond: number
  tls?: TlsFiles | undefined
  /** Whether others than this machine may be served without TLS. */
  plain?: boolean
}

export interface RunningWitness extends AsyncDisposable {
  vkey: string
  url: string
}

/** A witness and nothing else: for whoever wants to watch a ledger without keeping one. @throws LedgerError when it cannot start */
export async function startWitness(
  config: WitnessConfig,
  log: (text: string) => void = () => undefined,
): Promise<RunningWitness> {
  return await started(async (closers) => {
    refusePlain(config.plain === true, { setting: 'http', host: config.host, tls: config.tls })
    const tls = config.tls && (await readTls(config.tls, 'tls'))
    await mkdir(config.data, { recursive: true })
    closers.add(await lockData(config.data))
    const machine = { disk: nodeDisk, verify: verifySignature, now: Date.now, log }
    const witness = await openWitness(config.data, config, config.name, machine)
    const app = express()
    app.disable('x-powered-by')
    app.use(guarded)
    app.use(witnessRoutes(witness, rateLimit(config.requestsPerSecond), () => undefined))
    app.get('/healthz', (_req, res) => res.json({ status: 'ok', witness: witness.vkey }))
    app.use((req) => {
      throw new LedgerError('NOT_FOUND', `${req.method} ${req.path}`)
    })
    app.use(problems(log))
    const http = await serveHttp(app, { ...config, tls })
    closers.add(http.close)
    const url = `${tls ? 'https' : 'http'}://${reachableHost(config.host)}:${http.port}`
    return { vkey: witness.vkey, url }
  })
}
