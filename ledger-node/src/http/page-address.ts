import { digitalLink, parseDigitalLink } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'

/** The keys that goods, units, assets, places and parties are named by: their Digital Link paths are pages here. */
export const PAGE_PATHS: RegExp = /^\/(?:00|01|414|417|8003|8004|8006|8010)\/.+/

const HOST = 'https://id.gs1.org'

/**
 * The address of a subject's page on this node: its Digital Link path, so that a printed code stays GS1. A code with this node's name
 * in it leads nowhere else. @throws LedgerError REQUEST_QUERY for a subject without such a page; ProtocolError GS1_*
 */
export function pageAddress(publicUrl: string, subject: string): string {
  const [uri = ''] = subject.split('#')
  if (!uri.startsWith(HOST) || !PAGE_PATHS.test(uri.slice(HOST.length)))
    throw new LedgerError('REQUEST_QUERY', 'subject: it has no page on this node')
  return digitalLink(parseDigitalLink(uri).elements, publicUrl)
}

/** The id of a recall or a hold. */
export const UUID: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The address of a recall's notice on this node. @throws LedgerError REQUEST_QUERY */
export function noticeAddress(publicUrl: string, recall: string): string {
  if (!UUID.test(recall)) throw new LedgerError('REQUEST_QUERY', 'recall: expected a UUID in lower case')
  return `${publicUrl}/notice?recall=${recall}`
}
