import { bringOperations, keyPath, loadKey } from '@tristamp/ledger-node'
import { checkDigit } from '@tristamp/protocol'
import { commissioned, ORGANISATION } from '../_harness/goods.ts'
import { TestSigner } from '../_harness/signer.ts'
import type { PorkLedger } from './_pork-ledger.ts'

// More goods than fit on a page of a trace, or into a notice: a lot with 12,100 serial numbers, and 300 cases of it that hold only a number of pieces.

const id = (path: string): string => `https://id.gs1.org/${path}`
const PRODUCT = id('01/09506000134352')
const NUMBER = 'MANY-1'

export const MANY_LOT: string = `${PRODUCT}/10/${NUMBER}`
export const MANY_SERIALS = 12_100
export const MANY_CASES = 300
/** Numbers in one event, which has 32 kB at most. */
const AT_ONCE = 400

const caseOf = (n: number): string => {
  const digits = `09506000137${String(n).padStart(6, '0')}`
  return id(`00/${digits}${checkDigit(digits)}`)
}

/** Records them on a ledger with the pork's organisations, and waits until they are sealed. */
export async function recordManySerials(pork: PorkLedger): Promise<void> {
  const { url } = pork.ledger
  const signer = new TestSigner('many')
  const administrator = await loadKey(keyPath(pork.folder, 'admin-first'))
  await bringOperations({ node: url, administrator }, [ORGANISATION, signer.enrolment()])
  const serials = Array.from({ length: MANY_SERIALS }, (_, n) => `${PRODUCT}/21/M${String(n).padStart(5, '0')}`)
  const made = Array.from({ length: Math.ceil(MANY_SERIALS / AT_ONCE) }, (_, n) => ({
    ...commissioned(...serials.slice(n * AT_ONCE, (n + 1) * AT_ONCE)),
    ilmd: { 'cbvmda:lotNumber': NUMBER },
  }))
  const packed = Array.from({ length: MANY_CASES }, (_, n) => {
    const { epcList: __, ...stamped } = commissioned() as { epcList: string[] }
    return {
      ...stamped,
      ...{ type: 'AggregationEvent', bizStep: 'packing', disposition: 'in_progress', parentID: caseOf(n) },
      childQuantityList: [{ epcClass: MANY_LOT, quantity: 4 }],
    }
  })
  const answer = await fetch(`${url}/v1/statements`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cbor' },
    body: signer.batch(...made, ...packed) as BodyInit,
  })
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
  await pork.sealed()
}
