import { join } from 'node:path'
import { decodeBatch, fromBase64Url, openParcel, parseStatement, qrFrames } from '@tristamp/protocol'
import QRCode from 'qrcode'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayConfig } from '../_gateway.ts'
import { observation } from '../_observation.ts'
import { EvidenceFiles } from '../evidence-files.ts'
import { parcelsOf } from '../export.ts'
import { initAgent } from '../init.ts'
import { readKeyFile } from '../key-file.ts'
import { type OpenedOutbox, openOutbox } from '../repair.ts'
import { Signer } from '../signer.ts'
import { Carrier } from './frames.ts'

interface Kept extends OpenedOutbox {
  signer: Signer
  evidence: EvidenceFiles
}

const open: Kept[] = []
afterEach(async () => {
  for (const { store } of open.splice(0)) await store.close()
})

/** A gateway with so many batches of as many events. */
async function kept(batches: number, events: number): Promise<Kept> {
  const config = gatewayConfig()
  await initAgent(config)
  const signer = new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway)
  const opened = await openOutbox(join(config.data, 'outbox'), config.data, signer)
  await opened.outbox.accept(Array.from({ length: batches * events }, observation), [])
  while (await opened.outbox.sign(events, (list, at) => signer.signBatch(list, at, 0)));
  const made = { ...opened, signer, evidence: new EvidenceFiles(join(config.data, 'evidence')) }
  open.push(made)
  return made
}

/** The modules of a text, as a page is sent them. */
function drawn(text: string, version: number): string {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M', version })
  return [...modules.data].map((module) => (module ? '1' : '0')).join('')
}

function bits(frame: string, size: number): string {
  const all = [...fromBase64Url(frame)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return all.slice(0, size * size)
}

describe('the queue as frames', () => {
  it('is the parcel that an export would write, each frame a QR code of the same size', async () => {
    const { outbox, evidence, signer } = await kept(3, 4)
    const carry = await new Carrier(outbox, evidence, signer).carry(0)
    expect(carry).toMatchObject({ from: 0, to: 3, end: 3 })
    let parcel = new Uint8Array()
    for await (const one of parcelsOf(outbox, evidence, signer)) parcel = new Uint8Array(one)
    expect(openParcel(parcel).batches.map((b) => parseStatement(decodeBatch(b).statement).header.seq)).toEqual([
      0, 1, 2,
    ])
    const texts = qrFrames(parcel)
    expect(carry.frames).toHaveLength(texts.length)
    const version = (carry.size - 17) / 4
    for (const [i, text] of texts.entries()) expect(bits(carry.frames[i]!, carry.size)).toBe(drawn(text, version))
  })

  it('goes on where a parcel ends, up to the end, and takes nothing away', async () => {
    const { outbox, evidence, signer } = await kept(12, 12)
    const carrier = new Carrier(outbox, evidence, signer)
    const seen: [number, number][] = []
    for (let from = 0; from < outbox.nextSeq; ) {
      const carry = await carrier.carry(from)
      expect(carry.from).toBe(from)
      expect(carry.bytes).toBeLessThan(120_000)
      seen.push([carry.from, carry.to])
      from = carry.to
    }
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)?.[1]).toBe(12)
    expect(outbox.acked).toBe(0)
    await expect(carrier.carry(12)).rejects.toMatchObject({ code: 'EXPORT_EMPTY' })
  })
})
