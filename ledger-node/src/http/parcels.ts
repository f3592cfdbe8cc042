import { type OpenedParcel, openParcel, PARCEL_BYTES, ProtocolError, toHex, type VerifySync } from '@tristamp/protocol'
import { type RequestHandler, type Router, raw } from 'express'
import { LedgerError } from '../error.ts'
import type { EvidenceIntake } from '../evidence/evidence-intake.ts'
import type { Intake, Sender } from '../intake.ts'
import type { Ledger } from '../ledger.ts'
import { routes } from './routes.ts'

interface ParcelParts {
  ledger: Ledger
  intake: Intake
  evidence: EvidenceIntake
  verify: VerifySync
}

/** What became of a parcel. `refused`: the first batch that was not admitted, after which no other is tried. */
interface Delivered {
  recorded: number
  repeated: number
  refused?: { seq: number; code: string; detail: string }
}

/**
 * `POST /v1/parcels`: batches that somebody carried here (docs/spec/parcel.md). What is signed needs no login; that the parcel is an enrolled
 * gateway's own is asked because its evidence is kept before a batch names it.
 */
export function parcelRoutes(parts: ParcelParts, limited: RequestHandler): Router {
  const body = raw({ type: 'application/cbor', limit: PARCEL_BYTES })
  return routes().post('/v1/parcels', limited, body, async (req, res) => {
    if (!(req.body instanceof Buffer) || req.body.length === 0)
      throw new LedgerError('REQUEST_BODY', 'no body of type application/cbor')
    const parcel = openParcel(new Uint8Array(req.body))
    const sender = senderOf(parcel, parts)
    res.setHeader('Cache-Control', 'no-store')
    res.json(await deliver(parcel, sender, parts))
  })
}

/** @throws ProtocolError KEY_UNKNOWN, KEY_INACTIVE, SIGNATURE */
function senderOf(parcel: OpenedParcel, { ledger, verify }: ParcelParts): Sender {
  const key = ledger.state.keys.get(toHex(parcel.kid))
  if (key?.org === undefined || key.gateway === undefined || key.kind !== 'gateway')
    throw new ProtocolError('KEY_UNKNOWN', 'no gateway is enrolled with the key of this parcel')
  if (key.status !== 'active') throw new ProtocolError('KEY_INACTIVE', `the key of this parcel is ${key.status}`)
  if (!parcel.isSigned(key.publicKey, verify))
    throw new ProtocolError('SIGNATURE', 'its key has not signed this parcel')
  return { org: key.org, gateway: key.gateway }
}

async function deliver(parcel: OpenedParcel, sender: Sender, { intake, evidence }: ParcelParts): Promise<Delivered> {
  // What is refused here is missing below, and told there.
  for (const piece of parcel.evidence) await evidence.take(sender, piece)
  const done: Delivered = { recorded: 0, repeated: 0 }
  for (const [i, batch] of parcel.batches.entries()) {
    const receipt = await intake.submit(batch, sender)
    if (receipt.kind === 'refused') {
      const { code, message } = receipt
      return { ...done, refused: { seq: parcel.from + i, code, detail: message } }
    }
    if (receipt.repeated) done.repeated++
    else done.recorded++
  }
  return done
}
