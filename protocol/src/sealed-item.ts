import type { EpcisEvent } from './event/types.ts'
import { subjectFrom } from './subject.ts'

/** Whether a subject can have a sealed code: one thing with a serial number, in its one spelling. */
export function isSealable(subject: string): boolean {
  const { uri, kind } = subjectFrom(subject)
  return uri === subject && kind === 'item'
}

/** The commitment that an event makes for an item; undefined if it makes none. */
export function commitmentIn(event: EpcisEvent, subject: string): string | undefined {
  const sealed = event['tristamp:sealed']
  return sealed !== undefined && Object.hasOwn(sealed, subject) ? sealed[subject] : undefined
}
