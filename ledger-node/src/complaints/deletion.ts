import { withoutPersonal } from '@tristamp/protocol'
import type { Kept } from '../unsigned/record-book.ts'
import { COMPLAINT_KINDS, type Complaint, type ComplaintKind } from './complaint.ts'

/** What stays of a report that was deleted: what it was about, when it had come and who deleted it, and nothing of what was written. */
export interface Deletion {
  id: string
  subject: string
  recorded: boolean
  kind: ComplaintKind
  /** The day (UTC) on which it had come, YYYY-MM-DD. */
  day: string
  /** Whose token it was, as the node is configured. */
  by: string
}

/** One as those see it who may. */
export interface KeptDeletion extends Deletion {
  /** YYYY-MM-DDThh:mm:ss.sssZ, of the node's clock. */
  deletedAt: string
}

/** What is to stay of a report. A subject that no event names is whatever its writer typed: what in it is of a person goes, too. */
export function deletionOf({ at, record: { id, subject, recorded, kind } }: Kept<Complaint>, by: string): Deletion {
  const day = new Date(at).toISOString().slice(0, 10)
  return { id, subject: recorded ? subject : withoutPersonal(subject), recorded, kind, day, by }
}

/** One as it was kept, or undefined for what is none. */
export function readDeletion(value: unknown): Deletion | undefined {
  const { id, subject, recorded, kind, day, by } = (value ?? {}) as { [member: string]: unknown }
  const known = COMPLAINT_KINDS.find((one) => one === kind)
  return typeof id === 'string' &&
    typeof subject === 'string' &&
    typeof recorded === 'boolean' &&
    known !== undefined &&
    typeof day === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(day) &&
    typeof by === 'string'
    ? { id, subject, recorded, kind: known, day, by }
    : undefined
}
