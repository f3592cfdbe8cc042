import { ComplaintBook } from '../complaints/complaint-book.ts'
import type { Machine } from '../machine.ts'
import { OpeningBook } from '../scans/opening-book.ts'
import { ScanBook } from '../scans/scan-book.ts'

/** What readers of the page tell this node without a key: looks, opened seals, problems. Of every node its own. */
export interface Strangers {
  scans: ScanBook
  openings: OpeningBook
  complaints: ComplaintBook
  close(): Promise<void>
}

/** @throws LedgerError NODE_DEGRADED */
export async function openStrangers(data: string, machine: Pick<Machine, 'disk' | 'now'>): Promise<Strangers> {
  const opened: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    for (const book of opened) await book.close()
  }
  try {
    const scans = await ScanBook.open(data, machine)
    opened.push(scans)
    const openings = await OpeningBook.open(data, machine)
    opened.push(openings)
    const complaints = await ComplaintBook.open(data, machine)
    opened.push(complaints)
    return { scans, openings, complaints, close }
  } catch (error) {
    await close()
    throw error
  }
}
