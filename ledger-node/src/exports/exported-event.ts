import { fromUtf8, type StampedEvent } from '@tristamp/protocol'
import type { EventState } from '../trace/events.ts'

/** A step of goods as the log holds it: its place there, who signed it, and the very bytes that were signed. */
export interface StoredEvent {
  entry: number
  position: number
  org: string
  gateway: string
  /** Whether it counts: what was taken back, and what takes it back, is shown and is no step of anything. */
  state: EventState
  /** As signed: canonical JSON in UTF-8. */
  bytes: Uint8Array
}

/** The same, read. */
export interface ExportedEvent extends StoredEvent {
  event: StampedEvent
}

/** Admission has checked it; who does not believe this node checks the signature over these bytes. */
export function readEvent(stored: StoredEvent): ExportedEvent {
  return { ...stored, event: JSON.parse(fromUtf8(stored.bytes)) as StampedEvent }
}

/** What was asked for, and of which state of the ledger: it stands in front of every export. */
export interface ExportScope {
  origin: string
  subject?: string
  place?: string
  /** ISO 8601, UTC; absent without a bound. */
  from?: string
  to?: string
  /** Entries from which the events were taken. */
  treeSize: number
  /** The last checkpoint, of as many entries or more: `root` in base64, `sealedAt` the time of the seal that its tree ends with. */
  checkpoint: { size: number; root: string; sealedAt: string }
  /** Why something may be missing: codes of docs/spec/exports.md. */
  incomplete: ExportCut[]
}

/** TRACE_*: the walk was ended; EXPORT_*: this export was. */
export type ExportCut =
  | 'TRACE_DEPTH'
  | 'TRACE_NODES'
  | 'TRACE_EVENTS'
  | 'EXPORT_EVENTS'
  | 'EXPORT_BYTES'
  | 'EXPORT_BUNDLES'

/** The same for people. */
export const CUT_SENTENCES: Record<ExportCut, { zh: string; en: string }> = {
  TRACE_DEPTH: {
    zh: '追溯到规定的深度为止，更远的没有列出。',
    en: 'The trace ended at its greatest depth; what is farther away is not listed.',
  },
  TRACE_NODES: {
    zh: '追溯到的对象太多，后面的没有列出。',
    en: 'The trace met more things than one answer holds; the farther ones are not listed.',
  },
  TRACE_EVENTS: {
    zh: '涉及的事件太多，较远的没有列出。',
    en: 'More events belong to this than one answer holds; the farther ones are not listed.',
  },
  EXPORT_EVENTS: {
    zh: '事件超过此文件的上限，账本中较晚的没有列出。请缩小时间或地点范围。',
    en: 'There are more events than this file holds; those recorded last are not in it. Ask for a shorter time or one place.',
  },
  EXPORT_BYTES: {
    zh: '内容超过此文件的大小上限，账本中较晚的没有列出。请缩小时间或地点范围。',
    en: 'There is more than this file may hold; what was recorded last is not in it. Ask for a shorter time or one place.',
  },
  EXPORT_BUNDLES: {
    zh: '有些事件没有证明包，index.json 中列出了它们；它们的签名声明另有证明。',
    en: 'Some events are in no bundle; index.json names them. That their statements are in the log is proved beside.',
  },
}
