import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { eventsById } from '../query/event.ts'
import type { Entries } from '../query/source.ts'
import { open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** `GET /v1/events/<eventID>`: an event with its statement, and any correction that repeats its id. */
export function eventRoutes(ledger: Ledger, entries: Entries): Router {
  return routes().get('/v1/events/:id', open, async (req, res) => {
    const uuid = UUID.exec(String(req.params['id']))?.[1]
    if (uuid === undefined) throw new LedgerError('REQUEST_QUERY', 'expected an eventID: urn:uuid:…')
    const eventID = `urn:uuid:${uuid}`
    const records = await eventsById(ledger, entries, eventID)
    if (records.length === 0) throw new LedgerError('NOT_FOUND', `no sealed event has the id ${eventID}`)
    res.setHeader('Cache-Control', REVALIDATE)
    res.json({ eventID, records })
  })
}
