import { isEvidenceId } from '@tristamp/protocol'
import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { IMMUTABLE, open } from './headers.ts'
import { routes } from './routes.ts'

/**
 * `GET /v1/evidence/<id>`: the bytes whose SHA-256 in base64url is the id. Nothing that is damaged is served, and nothing of it is shown by
 * a browser as if it were this node's own page.
 */
export function evidenceRoutes(folder: EvidenceFolder): Router {
  return routes().get('/v1/evidence/:id', open, async (req, res) => {
    const id = String(req.params['id'])
    const found = isEvidenceId(id) ? await folder.find(id) : ({ kind: 'missing' } as const)
    if (found.kind !== 'held') throw new LedgerError('NOT_FOUND', 'no such evidence is here')
    const { bytes } = found
    res.setHeader('Cache-Control', IMMUTABLE)
    res.setHeader('Content-Disposition', 'attachment')
    res.type('application/octet-stream').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  })
}
