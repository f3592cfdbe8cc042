// What the gateways of these records declared lost: numbers of their own chains, so nobody can say whether one of these goods was among them.
import type { Verdict } from '@tristamp/protocol'
import type { MessageKey, Values } from './i18n/index.ts'

/** One declared loss, as the page tells it. `fromMs`, `toMs`: the gateway's records here on either side of it, where there are some. */
export interface Loss {
  gateway: string
  /** How many records were lost; undefined when nobody knows. */
  records: number | undefined
  fromMs: number | undefined
  toMs: number
}

/** Every declared loss of a gateway that signed one of the records, in the order of the ledger. */
export function lossesOf({ events, reports }: Pick<Verdict, 'events' | 'reports'>): Loss[] {
  return reports.flatMap(({ entry, event, signer }) => {
    const { report } = event
    if (report.kind !== 'gap') return []
    const before = events.filter((one) => one.signer.kid === signer.kid && one.entry < entry)
    const fromMs = before.length === 0 ? undefined : Math.max(...before.map((one) => Date.parse(one.event.eventTime)))
    const { events: records } = report
    const gateway = `${signer.org}/${signer.gateway}`
    return [{ gateway, records, fromMs, toMs: Date.parse(event.eventTime) }]
  })
}

/** The sentence of a loss; `at` writes a moment for people. */
export function lossText({ gateway, records, fromMs, toMs }: Loss, at: (ms: number) => string): [MessageKey, Values] {
  const to = at(toMs)
  const values = { gateway, to, ...(records !== undefined && { n: records }) }
  if (fromMs === undefined) return [records === undefined ? 'loss.before' : 'loss.before.n', values]
  return [records === undefined ? 'loss.between' : 'loss.between.n', { ...values, from: at(fromMs) }]
}
