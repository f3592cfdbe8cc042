import { recallUri } from '@tristamp/protocol'
import type { Router } from 'express'
import type { Directory, RecordedRecall } from '../directory.ts'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { open } from './headers.ts'
import { recallText } from './recall-text.ts'
import { routes } from './routes.ts'

/** `GET /v1/recalls` and `/v1/recalls/<id>`: what is called back, as of the last seal, with where the proofs are; one of them also as text. */
export function recallRoutes(ledger: Ledger, directory: Directory, publicUrl: () => string): Router {
  return routes()
    .get('/v1/recalls', open, async (_req, res) => {
      await directory.refresh()
      res.setHeader('Cache-Control', 'no-store')
      res.json({ recalls: directory.recalls().map(view) })
    })
    .get('/v1/recalls/:id', open, async (req, res) => {
      await directory.refresh()
      const found = directory.recalls().find(({ recall }) => recall.id === req.params['id'])
      if (found === undefined) throw new LedgerError('NOT_FOUND', 'no such recall')
      res.setHeader('Cache-Control', 'no-store').vary('Accept')
      // Whoever opens the link in a browser gets it to read and to print; never as HTML, for the words are others'.
      if (req.accepts(['application/json', 'text/plain', 'text/html']) === 'application/json') res.json(view(found))
      else {
        const organisation = ledger.state.organisations.get(found.recall.org)?.name
        res.type('text/plain; charset=utf-8').send(recallText(found, publicUrl(), organisation))
      }
    })
}

function view({ recall, entry, position, at, since, lifted }: RecordedRecall): object {
  const { id } = recall
  return {
    id,
    state: lifted === undefined ? 'standing' : 'lifted',
    drill: recall.drill === true,
    since,
    ...(lifted !== undefined && { lifted: { at, reason: lifted.reason } }),
    recall,
    entry,
    position,
    proofs: {
      history: `/v1/history?subject=${encodeURIComponent(recallUri(id))}`,
      statement: `/v1/statements/${entry}`,
    },
  }
}
