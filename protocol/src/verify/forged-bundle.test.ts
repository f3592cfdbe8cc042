import nodeCrypto from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from '../_events.ts'
import { enrolment, FARM, gatewayKey } from '../_governance.ts'
import { MemoryLedger } from '../_memory-ledger.ts'
import { MAX_BUNDLE_BYTES } from '../bundle.ts'
import { buildBundle } from '../bundle-builder.ts'
import { equal } from '../bytes.ts'
import type { Json } from '../canonical-json.ts'
import { decodeCbor, encodeCbor } from '../cbor.ts'
import { type Verify, verifyOnNode } from '../ed25519.ts'
import type { Verdict } from './verdict.ts'
import { verify } from './verify.ts'

// Bundles of a server that can change, drop, repeat, swap and borrow every part of what its ledger once signed.

const SUBJECT = 'https://id.gs1.org/01/09506000134352/21/A001'
const NEVER = 'https://id.gs1.org/01/09506000134352/21/NEVER'
const onNode = verifyOnNode(nodeCrypto)
const check: Verify = async (...args) => onNode(...args)

type Item = string | number | null | Uint8Array | Item[]

function decoded(bytes: Uint8Array): Item[] {
  return decodeCbor(bytes, { maxBytes: MAX_BUNDLE_BYTES }) as Item[]
}

/** Every list within a list, itself among them, and the ways in. */
function listsIn(list: Item[]): Item[][] {
  return [list, ...list.flatMap((item) => (Array.isArray(item) ? listsIn(item) : []))]
}

/** One change of one item, whatever it is. */
function forge(
  bundle: Item[],
  others: readonly Item[][],
  [how, a, b, c]: readonly [number, number, number, number],
): void {
  const lists = listsIn(bundle).filter(({ length }) => length > 0)
  const list = lists[a % lists.length]!
  const at = b % list.length
  const item = list[at]!
  // Of the same form, that the form alone does not give it away.
  const borrowed = [...others.flatMap(listsIn), ...lists].flat().filter((one) => formOf(one) === formOf(item))
  const other = structuredClone(borrowed[c % borrowed.length]!)
  switch (how % 8) {
    case 0:
      list.splice(at, 1)
      break
    case 1:
      list.splice(c % (list.length + 1), 0, structuredClone(item))
      break
    case 2:
      list[at] = list[c % list.length]!
      list[c % list.length] = item
      break
    case 3:
      list[at] = other
      break
    case 4:
      list.splice(at, 0, other)
      break
    case 5:
      list[at] = null
      break
    default:
      list[at] = changed(item, c)
  }
}

function formOf(item: Item): string {
  if (!Array.isArray(item)) return item instanceof Uint8Array ? 'bytes' : typeof item
  return `[${item.map((part) => (Array.isArray(part) ? '[]' : formOf(part)))}]`
}

function changed(item: Item, by: number): Item {
  if (typeof item === 'number') return [item + 1, Math.max(0, item - 1), by, 2 ** 53 - 1, 0][by % 5]!
  if (typeof item === 'string') return item.slice(0, -1)
  if (!(item instanceof Uint8Array)) return item
  const whole = Math.max(0, item.length - 32)
  if (by % 4 === 0) return item.slice(0, whole)
  if (by % 4 === 1) return Uint8Array.from([...item, ...item.slice(whole)])
  if (by % 4 === 2) return Uint8Array.from([...item, ...new Uint8Array(32)])
  return item.map((byte, i) => (i === by % item.length ? byte ^ (1 << (by & 7)) : byte))
}

/** What a verdict says of goods; not how many bytes it took. */
function said({ checks: _, ...rest }: Verdict): unknown {
  return rest
}

describe('a forged bundle', () => {
  const ledger = new MemoryLedger()
  const read = (bytes: Uint8Array, subject: string): Promise<Verdict> =>
    verify(bytes, subject, { policy: ledger.policy }, check)
  let bundles: { subject: string; bytes: Uint8Array; verdict: Verdict }[]
  let earlier: Uint8Array

  beforeAll(async () => {
    const gateway = gatewayKey('gw1')
    ledger.govern(FARM)
    ledger.govern(enrolment(gateway, 'gw1', ['commission', 'transform', 'pack', 'observe']))
    const record = (...values: object[]): void => {
      const { statement, events } = gateway.statement('batch', values as unknown as Json[])
      expect(ledger.submit(statement, events).ok).toBe(true)
    }
    record(sampleObjectEvent(), sampleTransformation(), sampleAggregation())
    ledger.seal()
    earlier = await buildBundle(SUBJECT, ledger.source())
    const { ilmd: _, ...seen } = sampleObjectEvent({ epcList: [SUBJECT], action: 'OBSERVE', bizStep: 'storing' })
    record(seen)
    ledger.seal()
    bundles = await Promise.all(
      [SUBJECT, NEVER].map(async (subject) => {
        const bytes = await buildBundle(subject, ledger.source(), 4)
        return { subject, bytes, verdict: await read(bytes, subject) }
      }),
    )
  })

  it('says nothing that the true one does not say', async () => {
    expect(bundles.map(({ verdict }) => verdict.state)).toEqual(['consistent', 'none'])
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(fc.nat(1), changes, async (which, all) => {
        const { subject, bytes, verdict: truth } = bundles[which]!
        const forged = decoded(bytes)
        const others = [earlier, bundles[1 - which]!.bytes].map(decoded)
        for (const change of all) if (forged.length > 0) forge(forged, others, change)
        const sent = encodeCbor(forged)
        const verdict = await read(sent, subject)
        if (equal(sent, bytes)) expect(said(verdict)).toEqual(said(truth))
        if (verdict.state === 'mismatch') expect(verdict.events).toEqual([])
        // What is withheld is told.
        else if (verdict.state !== 'unchecked') expect(said(verdict)).toEqual(said(truth))
      }),
      { numRuns: 400 },
    )
  })
})
