import { LIMITS, toBase64Url } from '@tristamp/protocol'
import { type RequestHandler, type Router, raw } from 'express'
import { withoutCode } from '../audit/flaw.ts'
import { LedgerError } from '../error.ts'
import type { Intake } from '../intake.ts'
import { protocolStatus, sendProblem } from './problem.ts'
import { routes } from './routes.ts'

/**
 * `POST /v1/statements`: a batch as it also travels over MQTT. What is signed needs no login: whoever brings it, the signature
 * counts. 201 when it is recorded, 200 when it was recorded before.
 */
export function statementRoutes(intake: Intake, limited: RequestHandler): Router {
  const body = raw({ type: 'application/cbor', limit: LIMITS.batchBytes })
  return routes().post('/v1/statements', limited, body, async (req, res) => {
    if (!(req.body instanceof Buffer) || req.body.length === 0)
      throw new LedgerError('REQUEST_BODY', 'no body of type application/cbor')
    const receipt = await intake.submit(req.body)
    res.setHeader('Cache-Control', 'no-store')
    if (receipt.kind === 'recorded') {
      const { entry, seq, treeSize, repeated } = receipt
      res.status(repeated ? 200 : 201).json({ entry, seq, treeSize })
      return
    }
    const { code, message, expected } = receipt
    const detail = withoutCode(code, message)
    const title = 'The ledger does not admit this statement.'
    const state = expected && { expected: { seq: expected.seq, prev: toBase64Url(expected.prev) } }
    sendProblem(res, { status: protocolStatus(code), code, title, detail, ...state })
  })
}
