import type { Router } from 'express'
import { toBuffer, toString as toText } from 'qrcode'
import { LedgerError } from '../error.ts'
import { SHORT } from './headers.ts'
import { noticeAddress, pageAddress } from './page-address.ts'
import { parameter, subjectParameter } from './query.ts'
import { routes } from './routes.ts'

/** Four modules of margin as the standard wants, and a correction level that survives a scratched label. */
const OPTIONS = { errorCorrectionLevel: 'M', margin: 4 } as const

/**
 * `GET /v1/qr?subject=<uri>[&format=svg|png]`: the code that opens the subject's page on this node; `?recall=<id>`: the one that opens a recall's
 * notice. Of no other address: a code with this node's look leads nowhere else.
 */
export function qrRoutes(publicUrl: () => string): Router {
  return routes().get('/v1/qr', async (req, res) => {
    const recall = parameter(req, 'recall')
    if (recall !== undefined && parameter(req, 'subject') !== undefined)
      throw new LedgerError('REQUEST_QUERY', 'either subject or recall')
    const address =
      recall === undefined ? pageAddress(publicUrl(), subjectParameter(req)) : noticeAddress(publicUrl(), recall)
    const format = parameter(req, 'format') ?? 'svg'
    res.setHeader('Cache-Control', SHORT)
    if (format === 'svg') res.type('image/svg+xml').send(await toText(address, { ...OPTIONS, type: 'svg' }))
    else if (format === 'png')
      res.type('image/png').send(await toBuffer(address, { ...OPTIONS, type: 'png', scale: 8 }))
    else throw new LedgerError('REQUEST_QUERY', 'format: expected svg or png')
  })
}
