import { encodeEntryBundle, parseTilePath, TILE_WIDTH, tileWidthAt } from '@tristamp/protocol'
import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { IMMUTABLE, open, SHORT } from './headers.ts'
import { routes } from './routes.ts'

/** `GET /tile/<L>/<N>[.p/<W>]` and `GET /tile/entries/<N>[.p/<W>]` (C2SP tlog-tiles): what the last signed checkpoint covers, in any width. */
export function tileRoutes(ledger: Ledger, entries: Entries): Router {
  return routes().get('/tile/*path', open, async (req, res) => {
    const path = parseTilePath(req.path.slice(1))
    const level = path.kind === 'tile' ? path.level : 0
    // Tiles only grow, so the tile is the same whichever seal comes meanwhile. What is signed and not yet published is
    // shown too: a follower must have it before it can cosign.
    const size = ledger.latest?.size ?? 0
    if (path.width > tileWidthAt(level, path.index, size))
      throw new LedgerError('NOT_FOUND', 'the log is not that long yet')
    const bytes =
      path.kind === 'tile' ? await ledger.tiles.read(level, path.index, path.width) : await bundle(entries, path)
    res.setHeader('Cache-Control', path.width === TILE_WIDTH ? IMMUTABLE : SHORT)
    res.type('application/octet-stream').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  })
}

async function bundle(entries: Entries, { index, width }: { index: number; width: number }): Promise<Uint8Array> {
  const first = index * TILE_WIDTH
  return encodeEntryBundle(await Promise.all(Array.from({ length: width }, (_, i) => entries.bytes(first + i))))
}
