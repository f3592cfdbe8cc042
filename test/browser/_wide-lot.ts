import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import { checkDigit, type Operation } from '@tristamp/protocol'
import { commissioned, ORGANISATION } from '../_harness/goods.ts'
import { TestSigner } from '../_harness/signer.ts'
import type { PorkLedger } from './_pork-ledger.ts'

// A lot that went to many places: made of two others, received by 27 shops, one of which sends on more than it got.

const id = (path: string): string => `https://id.gs1.org/${path}`
const placeOf = (n: number): string => {
  const digits = `950600013${String(500 + n).padStart(3, '0')}`
  return id(`414/${digits}${checkDigit(digits)}`)
}

export const WIDE_LOT: string = id('01/09506000134352/10/W261120-07')
const INPUTS = [id('01/09506000134406/10/A261119'), id('01/09506000134406/10/A261118')]
/** The plant, then the shops in the order in which they received. */
export const WIDE_PLACES: string[] = Array.from({ length: 28 }, (_, n) => placeOf(n))
const NAMES: Record<number, [string, string]> = {
  0: ['清江分割二厂', 'Qingjiang Cutting 2'],
  1: ['良渚冷鲜批发', 'Liangzhu Fresh'],
  2: ['武汉东湖配送', 'Wuhan Donghu Delivery'],
  3: ['长沙冷链', 'Changsha Cold Chain'],
}

/** An event with its three stamps at a place, so many minutes after the first. */
function at(place: string, minutes: number, event: object): object {
  const { epcList: _, ...stamped } = commissioned() as { epcList: string[]; eventTime: string }
  const eventTime = new Date(Date.parse('2026-11-19T22:00:00.000Z') + minutes * 60_000).toISOString()
  return { ...stamped, eventTime, readPoint: { id: place }, bizLocation: { id: place }, ...event }
}

const quantity = (epcClass: string, count: number): object => ({ epcClass, quantity: count })
const moved = (bizStep: string, count: number): object => ({
  ...{ type: 'ObjectEvent', action: 'OBSERVE', bizStep, disposition: 'in_transit' },
  quantityList: [quantity(WIDE_LOT, count)],
})

/** Records it on a ledger, and waits until it is sealed. */
export async function recordWideLot(pork: PorkLedger): Promise<void> {
  const { url } = pork.ledger
  const signer = new TestSigner('wide')
  const operations: Operation[] = [
    ORGANISATION,
    ...WIDE_PLACES.map((place, n): Operation => {
      const [zh, en] = NAMES[n] ?? [`第 ${n} 门店`, `Shop ${n}`]
      const address = { zh: '湖北', en: 'Hubei' }
      return { op: 'register-place', org: 'test', place, name: { zh, en }, address, zone: 'Asia/Shanghai' }
    }),
    signer.enrolment(),
  ]
  const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
  await bringOperations({ node: url, administrator }, operations)
  const [plant = '', ...shops] = WIDE_PLACES
  const received = (n: number): number => (n === 0 ? 400 : n === 1 ? 96 : n === 2 ? 120 : 20 + n)
  const events = [
    ...INPUTS.map((lot, i) =>
      at(plant, i, {
        ...moved('commissioning', 0),
        action: 'ADD',
        disposition: 'active',
        quantityList: [quantity(lot, 11 - i)],
      }),
    ),
    at(plant, 10, {
      type: 'TransformationEvent',
      bizStep: 'commissioning',
      disposition: 'active',
      inputQuantityList: INPUTS.map((lot) => quantity(lot, 9)),
      outputQuantityList: [quantity(WIDE_LOT, 1600)],
    }),
    ...shops.flatMap((shop, n) => [
      at(plant, 60 + n, moved('shipping', received(n))),
      at(shop, 300 + n, { ...moved('receiving', received(n)), disposition: 'in_progress' }),
    ]),
    // More out than in.
    at(shops[1]!, 900, moved('shipping', 121)),
  ].map((event) => {
    const { action: _, ...without } = event as { action?: string; type: string }
    return without.type === 'TransformationEvent' ? without : event
  })
  const answer = await fetch(`${url}/v1/statements`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cbor' },
    body: signer.batch(...events) as BodyInit,
  })
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
  await pork.sealed()
}
