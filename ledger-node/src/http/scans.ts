import { checkSecret, isSealable, parseSecret, regionsApart, scanRegion, standingCommitment } from '@tristamp/protocol'
import express, { type Request, type RequestHandler, type Router } from 'express'
import { LedgerError } from '../error.ts'
import { recordsOf } from '../hold/way-records.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { blockOf, clientNetwork } from '../scans/client-network.ts'
import { OnceADay } from '../scans/once-a-day.ts'
import type { Revealed } from '../scans/opening-book.ts'
import type { Strangers } from '../unsigned/strangers.ts'
import { subjectOf, subjectParameter } from './query.ts'
import { type RequestLimits, rateLimit } from './rate-limit.ts'
import { routes } from './routes.ts'
import { sameSite } from './same-site.ts'

export interface ScanParts {
  ledger: Ledger
  entries: Entries
  strangers: Strangers
  /** Who may reveal a code, and how often. */
  limit: RequestHandler
  limits: RequestLimits
  now: () => number
}

const BODY_BYTES = 2048
/** Pages that one address may open in a second: a shop has many readers behind one. What counts is counted once. */
const LOOKS_PER_SECOND = 10
/** Different serials that one network may look at in a day, and be counted. */
const SERIALS_A_DAY = 1000
/** Networks of one provider's block that count for a serial in a day: one fewer than make a day strong (docs/spec/scans.md), so that renting a block is not enough. */
const OF_ONE_BLOCK = 6
/** What one block may have counted in a day, as much as twenty networks of it: whoever rents one cannot use up what the node can remember of a day. */
const LOOKS_OF_ONE_BLOCK = 20 * SERIALS_A_DAY
/** Wrong secrets in a day: of one network for one serial, and of all networks for one serial. */
const WRONG_OF_ONE = 10
const WRONG_OF_ALL = 200
/** What a device makes up for a code, so that the first to reveal it is known again when its answer was lost. */
const MARK = /^[A-Za-z0-9_-]{22}$/
/** What a network has left where others have used up a serial’s tries: its owner is not locked out. */
const WRONG_LEFT = 3

/** `/v1/scans`: looks at a serial, counted. `/v1/openings`: sealed codes that were revealed (docs/spec/scans.md). */
export function scanRoutes({ ledger, entries, strangers, limit, limits, now }: ScanParts): Router {
  const { scans, openings } = strangers
  const today = new OnceADay(now)
  const wrongs = new OnceADay(now)
  const look = rateLimit(Math.min(LOOKS_PER_SECOND, limits.postsPerSecond), limits.addressHeader)
  const networkOf = (req: Request): string => clientNetwork(req, limits.addressHeader)
  const answer = async (subject: string, own?: { region: string | undefined }): Promise<object> => {
    const opened = await openings.ofForAll(subject)
    return { subject, ...scans.of(subject, own), ...(opened !== undefined && { opened }) }
  }
  const refuseUnrecorded = async (subject: string): Promise<void> => {
    const isRecorded = await ledger.read(({ seal }) => entries.isRecorded(subject, seal.height))
    if (!isRecorded) throw new LedgerError('NOT_FOUND', 'no event names it')
  }
  /** Whether it counts: once for each network, serial and day. */
  const isNew = (network: string, what: string): boolean =>
    today.times(network, what) === 0 && (today.times(network, '') ?? SERIALS_A_DAY) < SERIALS_A_DAY
  const hasRoom = (block: string, what: string): boolean =>
    (today.times(`/${block}`, what) ?? OF_ONE_BLOCK) < OF_ONE_BLOCK &&
    (today.times(`/${block}`, '') ?? LOOKS_OF_ONE_BLOCK) < LOOKS_OF_ONE_BLOCK
  const once = async <T>(network: string, what: string, act: () => Promise<T>): Promise<T> => {
    // Before anything is waited for: of many at once one counts.
    for (const mark of [what, '']) today.take(network, mark)
    try {
      return await act()
    } catch (error) {
      for (const mark of [what, '']) today.giveBack(network, mark)
      throw error
    }
  }
  return routes()
    .get('/v1/scans', async (req, res) => {
      const subject = itemOf(subjectParameter(req))
      res.setHeader('Cache-Control', 'no-store')
      res.json(await answer(subject))
    })
    .post('/v1/scans', look, sameSite, express.json({ limit: BODY_BYTES, strict: true }), async (req, res) => {
      const { subject, region } = bodyOf(req.body, ['subject', 'region'])
      const item = itemOf(subjectOf(subject, 'subject'))
      const [network, what] = [networkOf(req), `s${item}`]
      await refuseUnrecorded(item)
      const block = blockOf(network)
      const counts = isNew(network, what) && hasRoom(block, what) && !scans.mayBeCounted(item)
      const own = { region: regionOf(req, region, limits.regionHeader) }
      if (counts) await once(network, what, () => once(`/${block}`, what, () => scans.count(item, own.region)))
      res.setHeader('Cache-Control', 'no-store')
      // Whoever looks twice in the hour of the first look hears of the first.
      const adds = counts || scans.of(item).times === 0
      res.json({ counted: counts, ...(await answer(item, adds ? own : undefined)) })
    })
    .post('/v1/openings', limit, sameSite, express.json({ limit: BODY_BYTES, strict: true }), async (req, res) => {
      const { subject, secret, region, mark } = bodyOf(req.body, ['subject', 'secret', 'region', 'mark'])
      const item = itemOf(subjectOf(subject, 'subject'))
      if (typeof secret !== 'string') throw wrong('secret', 'text')
      if (mark !== undefined && !(typeof mark === 'string' && MARK.test(mark)))
        throw wrong('mark', '16 bytes in base64url')
      const spelled = parseSecret(secret)
      const network = networkOf(req)
      refuseGuessing(wrongs, network, item)
      const commitment = standingCommitment(await recordsOf(ledger, entries, [item]), item)
      if (commitment === undefined) throw new LedgerError('NOT_FOUND', 'no sealed code was committed to')
      if (!checkSecret(item, spelled, commitment)) {
        for (const one of [network, '']) if (wrongs.times(one, item) !== undefined) wrongs.take(one, item)
        throw new LedgerError('SEALED_WRONG', 'not the secret that was committed to')
      }
      const what = `o${item}`
      const counts = isNew(network, what)
      const reveal = { region: regionOf(req, region, limits.regionHeader), mark, counts }
      const reveals = (): Promise<Revealed> => openings.reveal(item, reveal)
      const { isFirst, isOwn, opened } = await (counts ? once(network, what, reveals) : reveals())
      res.setHeader('Cache-Control', 'no-store')
      res.status(isFirst ? 201 : 200).json({ subject: item, first: isFirst, own: isOwn, opened })
    })
}

/** @throws LedgerError REQUEST_RATE */
function refuseGuessing(wrongs: OnceADay, network: string, item: string): void {
  // What can be remembered of a day may be used up by somebody: nobody else is locked out for that. Guessing is hopeless all the same.
  const own = wrongs.times(network, item) ?? 0
  const all = wrongs.times('', item) ?? 0
  if (own >= (all < WRONG_OF_ALL ? WRONG_OF_ONE : WRONG_LEFT))
    throw new LedgerError('REQUEST_RATE', 'too many wrong secrets for this code today')
}

/** The proxy’s word, where it is trusted with one; what the reader says within it, or without it. */
function regionOf(req: Request, told: unknown, header: string | undefined): string | undefined {
  const trusted = header === undefined ? undefined : scanRegion(req.get(header)?.trim())
  const chosen = scanRegion(told)
  if (trusted === undefined) return chosen
  return chosen?.startsWith('CN-') && regionsApart(trusted, chosen) === 0 ? chosen : trusted
}

function itemOf(subject: string): string {
  if (!isSealable(subject)) throw wrong('subject', 'one item with a serial number, in its one spelling')
  return subject
}

function bodyOf(body: unknown, members: readonly string[]): { [member: string]: unknown } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('body', 'a JSON object')
  const other = Object.keys(body).find((name) => !members.includes(name))
  if (other !== undefined) throw wrong(other.slice(0, 64), `${members.join(', ')} alone`)
  return body as { [member: string]: unknown }
}

function wrong(name: string, expected: string): LedgerError {
  return new LedgerError('REQUEST_QUERY', `${name}: expected ${expected}`)
}
