// An answer without an account: to this ledger's node, which keeps it apart from what is signed.

import { within } from '../within.ts'

export const STATES = ['acknowledged', 'quarantined', 'returned', 'destroyed', 'sold', 'none'] as const
export type State = (typeof STATES)[number]

export interface Answer {
  place: string
  state: State
  quantity?: { milli: number; uom?: string }
  contact?: string
}

const TIMEOUT_MS = 20_000

export type Sent = 'sent' | 'offline' | 'often' | 'refused' | 'elsewhere'

export async function respond(id: string, answer: Answer): Promise<Sent> {
  let response: Response
  try {
    response = await fetch(`/v1/recalls/${id}/responses`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(answer),
      signal: within(TIMEOUT_MS),
    })
  } catch {
    return 'offline'
  }
  if (response.ok) return 'sent'
  if (response.status === 429 || response.status === 503) return 'often'
  return response.status === 421 ? 'elsewhere' : 'refused'
}

/** Thousandths; undefined for what is no number of goods. */
export function milliOf(text: string): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(text.trim()) ?? []
  return whole === undefined ? undefined : Number(`${whole}${decimals.padEnd(3, '0')}`)
}
