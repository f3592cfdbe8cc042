import { BUNDLE_FORM, sha256, subjectHash, toBase64Url, utf8 } from '@tristamp/protocol'
import type { Router } from 'express'
import type { Ledger } from '../ledger.ts'
import { Histories } from '../query/history.ts'
import type { Entries } from '../query/source.ts'
import { open, REVALIDATE } from './headers.ts'
import { sizeParameter, subjectParameter } from './query.ts'
import { routes } from './routes.ts'

/** `GET /v1/history?subject=<uri>[&since=<size>]`: the proof bundle of a subject's whole history, as of the last seal. */
export function historyRoutes(ledger: Ledger, entries: Entries): Router {
  const histories = new Histories(ledger, entries)
  return routes().get('/v1/history', open, async (req, res) => {
    const subject = subjectParameter(req)
    const since = sizeParameter(req, 'since')
    const checkpoint = await ledger.read(async (sealed) => sealed.checkpoint)
    res.setHeader('Cache-Control', REVALIDATE)
    // A bundle is a function of its form and these three; another one may have been sealed since, and then the tag is merely old.
    const state = sha256(utf8(`${BUNDLE_FORM} ${checkpoint}`))
    res.setHeader('ETag', `"${[state, subjectHash(subject)].map(toBase64Url).join('-')}-${since}"`)
    if (req.fresh) {
      res.status(304).end()
      return
    }
    const bundle = await histories.bundle(subject, since)
    res.type('application/cbor').vary('Accept-Encoding')
    if (req.acceptsEncodings('br', 'identity') === 'br') {
      res.setHeader('Content-Encoding', 'br')
      res.send(await bundle.squeezed())
    } else res.send(Buffer.from(bundle.bytes.buffer, bundle.bytes.byteOffset, bundle.bytes.length))
  })
}
