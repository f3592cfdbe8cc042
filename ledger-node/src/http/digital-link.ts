import { ProtocolError, parseDigitalLink, subjectOfElements } from '@tristamp/protocol'
import type { Request, Router } from 'express'
import type { Ledger } from '../ledger.ts'
import { eventsOf } from '../query/history.ts'
import type { Entries } from '../query/source.ts'
import { open, REVALIDATE } from './headers.ts'
import { PAGE_PATHS } from './page-address.ts'
import type { Pages } from './pages.ts'
import { routes } from './routes.ts'

/** The two media types of an EPCIS 2.0 document (JSON binding). */
const JSON_FORM = 'application/json'
const JSON_LD = 'application/ld+json'

/** EPCIS 2.0 wants to know what the names in the events mean. */
const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/epcis-context.jsonld',
  { tristamp: 'urn:tristamp:terms:', cbvmda: 'urn:epcglobal:cbv:mda:' },
]

/**
 * The Digital Link paths that labels carry: the page for people, and for `Accept: application/json` or `application/ld+json` an
 * EPCISQueryDocument of the subject's own events, with links to what proves them.
 */
export function digitalLinkRoutes(ledger: Ledger, entries: Entries, pages: Pages, publicUrl: () => string): Router {
  return routes().get(PAGE_PATHS, open, async (req, res) => {
    res.vary('Accept')
    const { subject, wrong } = subjectOf(req.path)
    const form = req.accepts(['html', JSON_FORM, JSON_LD])
    if (form !== JSON_FORM && form !== JSON_LD) {
      // A cache in between keeps one answer for each language, or it would hand on the first words of somebody else.
      res.vary('Accept-Language')
      res.setHeader('Link', preloads(req, pages))
      // The page says itself what is wrong with an address that names nothing.
      pages.send(req, res, subject === undefined ? 404 : 200)
      return
    }
    if (subject === undefined) throw wrong
    const { sealed, events } = await eventsOf(ledger, entries, subject)
    const bundle = `${publicUrl()}/v1/history?subject=${encodeURIComponent(subject)}`
    res.setHeader('Link', [
      `<${bundle}>; rel="urn:tristamp:rel:bundle"; type="application/cbor"`,
      `<${publicUrl()}/v1/policy>; rel="urn:tristamp:rel:policy"; type="text/plain"`,
    ])
    res.setHeader('Cache-Control', REVALIDATE)
    res.type(form).json({
      '@context': CONTEXT,
      type: 'EPCISQueryDocument',
      schemaVersion: '2.0',
      creationDate: new Date(sealed.seal.timeMs).toISOString(),
      epcisBody: { queryResults: { queryName: 'SimpleEventQuery', resultsBody: { eventList: events } } },
    })
  })
}

/** The subject that a path names, or why it names none. */
function subjectOf(path: string): { subject: string; wrong?: never } | { subject?: never; wrong: ProtocolError } {
  try {
    return { subject: subjectOfElements(parseDigitalLink(`https://id.gs1.org${path}`).elements) }
  } catch (error) {
    if (error instanceof ProtocolError) return { wrong: error }
    throw error
  }
}

const POLICY_LINK = '</v1/policy>; rel="urn:tristamp:rel:policy"; type="text/plain"'

/**
 * What the page will ask for first, in the very words in which it asks: it travels with the page and its script instead of after them.
 * The mode and credentials are those of a plain fetch(), so that nothing is loaded twice. Whoever has this page already remembers a
 * checkpoint and asks for what continues it; an answer without a Link would leave the one that the browser has kept in force.
 */
function preloads(req: Request, { firstWords }: Pages): string[] {
  const isReturning = req.headers['if-modified-since'] !== undefined || req.headers['if-none-match'] !== undefined
  const { subject } = subjectOf(req.originalUrl)
  if (isReturning || subject === undefined) return [POLICY_LINK]
  const paths = [`/v1/history?${new URLSearchParams({ subject })}`, '/v1/policy']
  const words = firstWords.pathFor(req)
  return [
    ...paths.map((path) => `<${path}>; rel=preload; as=fetch; crossorigin`),
    ...(words === undefined ? [] : [`<${words}>; rel=modulepreload`]),
  ]
}
