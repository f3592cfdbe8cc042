import { equal, toHex } from '../bytes.ts'
import { ProtocolError } from '../error.ts'
import type { GapReport } from '../event/report-types.ts'
import { ZERO_HASH } from '../hash.ts'
import { type Statement, statementLeaf } from '../statement.ts'

interface Last {
  seq: number
  bytes: Uint8Array
}

/**
 * Each key's own chain, as far as a reader sees it: its numbers rise with the log, neighbours hang on each other, and nothing stands
 * there twice. Admission refuses all of this; here a ledger that did not is caught. What lies between two numbers may be about other goods.
 */
export class Chains {
  readonly #last = new Map<string, Last>()

  /**
   * Takes the next statement in the order of the log.
   * @throws ProtocolError SEQ_REPEATED (a replay), SEQ_EQUIVOCATION (two of one number), SEQ_EXPECTED (out of order), PREV_MISMATCH
   */
  follow({ header, bytes }: Statement): void {
    const { seq, prev } = header
    const kid = toHex(header.kid)
    const last = this.#last.get(kid)
    if (seq === last?.seq) {
      if (equal(bytes, last.bytes)) refuse('SEQ_REPEATED', `seq ${seq} of this key is recorded twice`)
      refuse('SEQ_EQUIVOCATION', `two different statements are seq ${seq} of this key`)
    }
    if (last !== undefined && seq < last.seq) refuse('SEQ_EXPECTED', `seq ${seq} is recorded after seq ${last.seq}`)
    const before =
      seq === 0 ? ZERO_HASH : seq === (last?.seq ?? Number.NaN) + 1 ? statementLeaf(last!.bytes) : undefined
    if (before !== undefined && !equal(before, prev))
      refuse('PREV_MISMATCH', `seq ${seq} does not hang on the one before`)
    this.#last.set(kid, { seq, bytes })
  }

  /**
   * A declared loss must be where the chain is interrupted: alone in the statement that goes on after it, and nothing of what it calls
   * lost was recorded. Asked before that statement is followed.
   * @throws ProtocolError SEQ_EXPECTED, SEQ_REPEATED (it was recorded after all), PREV_MISMATCH
   */
  lost({ header }: Statement, { from, to }: GapReport): void {
    const last = this.#last.get(toHex(header.kid))
    if (header.seq !== to || header.count !== 1)
      refuse('SEQ_EXPECTED', `a gap up to ${to} is declared alone, by the statement of that number`)
    if (last !== undefined && last.seq >= from) refuse('SEQ_REPEATED', `seq ${last.seq} is recorded, and called lost`)
    const before = from === 0 ? ZERO_HASH : last?.seq === from - 1 ? statementLeaf(last.bytes) : undefined
    if (before !== undefined && !equal(before, header.prev))
      refuse('PREV_MISMATCH', `the gap does not hang on seq ${from - 1}`)
  }
}

function refuse(code: 'SEQ_REPEATED' | 'SEQ_EQUIVOCATION' | 'SEQ_EXPECTED' | 'PREV_MISMATCH', message: string): never {
  throw new ProtocolError(code, message)
}
