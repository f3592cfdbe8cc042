import type { RequestHandler } from 'express'
import { LedgerError } from '../error.ts'

/** Another site’s page must not speak in its readers’ names (Fetch Metadata). @throws LedgerError REQUEST_QUERY */
export const sameSite: RequestHandler = (req, _res, next) => {
  const site = req.get('Sec-Fetch-Site')
  if (site === 'cross-site' || site === 'same-site')
    throw new LedgerError('REQUEST_QUERY', 'sent by a page of another site')
  next()
}
