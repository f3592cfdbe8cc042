import type { Policy } from '@tristamp/protocol'
import compression from 'compression'
import express, { type Express, type Router } from 'express'
import type { Board } from '../board/board.ts'
import { Directory } from '../directory.ts'
import { LedgerError } from '../error.ts'
import type { EvidenceFolder } from '../evidence/evidence-folder.ts'
import type { SigningKey } from '../keys.ts'
import type { Ledger } from '../ledger.ts'
import type { Metrics } from '../metrics.ts'
import { Entries } from '../query/source.ts'
import type { UnsignedResponse } from '../recall/response.ts'
import type { StatusBoard } from '../status.ts'
import type { Traces } from '../trace/traces.ts'
import type { RecordBook } from '../unsigned/record-book.ts'
import type { Strangers } from '../unsigned/strangers.ts'
import type { Cosigner } from '../witness/witness.ts'
import { batchRoutes } from './batches.ts'
import { type Access, requireRole } from './bearer.ts'
import { boardRoutes } from './board.ts'
import { checkpointRoutes, type Earlier } from './checkpoint.ts'
import { complaintRoutes } from './complaints.ts'
import { deskRoutes } from './desk.ts'
import { digitalLinkRoutes } from './digital-link.ts'
import { eventRoutes } from './events.ts'
import { evidenceRoutes } from './evidence.ts'
import { exportRoutes } from './exports.ts'
import { gatewayRoutes } from './gateways.ts'
import { governanceRoutes } from './governance.ts'
import { guarded, open, preflight } from './headers.ts'
import { historyRoutes } from './history.ts'
import { holdRoutes } from './holds.ts'
import { keyRoutes } from './keys.ts'
import { labelRoutes } from './labels.ts'
import { metricsRoutes } from './metrics.ts'
import { openapiRoutes } from './openapi.ts'
import { Pages } from './pages.ts'
import { policyRoutes } from './policy.ts'
import { problems } from './problem.ts'
import { proofRoutes } from './proofs.ts'
import { qrRoutes } from './qr.ts'
import { postLimit, type RequestLimits, readLimit, strangerLimit } from './rate-limit.ts'
import { recallProgressRoutes } from './recall-progress.ts'
import { recallRoutes } from './recalls.ts'
import { scanRoutes } from './scans.ts'
import { tileRoutes } from './tiles.ts'
import { traceRoutes } from './trace.ts'
import { witnessRoutes } from './witness.ts'

export interface AppParts {
  ledger: Ledger
  evidence: EvidenceFolder
  traces: Traces
  status: StatusBoard
  metrics: Metrics
  /** Signs receipts, on the node that has it. */
  logKey?: SigningKey | undefined
  /** What readers are told to trust. */
  policy: () => Policy
  /** What a leader and a follower answer each in its own way: statements that are brought, and the node's health. */
  own: Router
  /** How the node is, for whoever runs it. */
  board: Board
  earlier: Earlier
  /** This node as a witness for other logs. */
  witness?: Cosigner | undefined
  /** Who has a token. */
  access: readonly Access[]
  /** What people without a key say of recalls; on a node that keeps a ledger of its own. */
  responses?: RecordBook<UnsignedResponse> | undefined
  /** What readers tell this node without a key. */
  strangers?: Strangers | undefined
  now: () => number
  publicUrl: () => string
  pages: string
  limits: RequestLimits
  log: (text: string) => void
}

/** What is worth squeezing: text, and bundles, which are mostly JSON. Tiles are hashes and stay as they are. */
const COMPRESSIBLE = /^(?:text\/|image\/svg|application\/(?:json|problem\+json|javascript|cbor))/

/** Answers that cost a search, a proof or a drawing, or are large. Tiles do not, and whoever follows needs many of them. */
const HEAVY =
  /^\/(?:v1\/(?:history|events|exports|governance|holds|recalls|gateways|openapi\.json|qr|scans|statements|trace)(?:\/|$)|(?:00|01|414|417|8003|8004|8006|8010)\/)/

/** What pages of other origins may read: each of these answers with `open`. */
const READABLE =
  /^\/(?:checkpoint$|(?:tile|witness)\/|v1\/(?:checkpoints|history|events|evidence|exports|statements|keys|batches|gateways|governance|holds|recalls|openapi\.json|policy|trace|witness)(?:\/|$)|(?:00|01|414|417|8003|8004|8006|8010)\/)/

/** The HTTP side of the node: one router for each resource. */
export function createApp(parts: AppParts): Express {
  const { ledger, metrics, publicUrl } = parts
  const entries = new Entries(ledger)
  const pages = new Pages(parts.pages)
  const directory = new Directory(ledger)
  const regulator = requireRole(parts.access, 'regulator', parts.now)
  const operator = requireRole(parts.access, 'operator', parts.now)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.enable('case sensitive routing')
  app.use(guarded)
  app.use(compression({ filter: (_req, res) => COMPRESSIBLE.test(String(res.getHeader('Content-Type'))) }))
  app.options(READABLE, open, preflight)
  app.use(checkpointRoutes(ledger, parts.earlier))
  app.use(tileRoutes(ledger, entries))
  app.use(batchRoutes(ledger, entries))
  app.use(evidenceRoutes(parts.evidence))
  app.use(policyRoutes(parts.policy))
  app.get(HEAVY, readLimit(parts.limits))
  app.use(historyRoutes(ledger, entries))
  app.use(eventRoutes(ledger, entries))
  app.use(traceRoutes(parts.traces, readLimit(parts.limits)))
  app.use(exportRoutes({ ledger, entries, traces: parts.traces, directory, policy: parts.policy }))
  app.use(keyRoutes(ledger))
  app.use(parts.own)
  app.use(proofRoutes(ledger, entries, parts.logKey))
  app.use(gatewayRoutes(ledger, parts.status))
  app.use(governanceRoutes(ledger, entries))
  app.use(recallRoutes(ledger, directory, publicUrl))
  app.use(holdRoutes(directory))
  app.use(recallProgressRoutes({ ...parts, entries, directory, limit: strangerLimit(parts.limits), regulator }))
  app.use(deskRoutes({ ...parts, directory, regulator, limit: readLimit(parts.limits) }))
  if (parts.strangers !== undefined) {
    const stranger = { ...parts, entries, strangers: parts.strangers, limit: strangerLimit(parts.limits) }
    app.use(scanRoutes(stranger))
    app.use(complaintRoutes({ ...stranger, complaints: parts.strangers.complaints, regulator, operator }))
  }
  app.use(boardRoutes({ board: parts.board, operator, limit: readLimit(parts.limits), log: parts.log }))
  app.use(qrRoutes(publicUrl))
  app.use(labelRoutes({ directory, publicUrl, limit: postLimit(parts.limits) }))
  app.use(metricsRoutes(metrics))
  app.use(openapiRoutes())
  if (parts.witness !== undefined)
    app.use(witnessRoutes(parts.witness, postLimit(parts.limits), (status) => metrics.witnessed(status)))
  app.use(digitalLinkRoutes(ledger, entries, pages, publicUrl))
  app.use(pages.routes())
  app.use((req) => {
    throw new LedgerError('NOT_FOUND', `${req.method} ${req.path}`)
  })
  app.use(problems(parts.log, (code, detail) => parts.board.fault(code, detail)))
  return app
}
