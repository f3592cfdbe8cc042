import { digitalLink, parseDigitalLink } from '@tristamp/protocol'

/** The address of a subject's page on this node: its Digital Link path where it has one, so that a printed code stays GS1. */
export function pageAddress(publicUrl: string, subject: string): string {
  try {
    if (subject.startsWith('https://id.gs1.org/')) return digitalLink(parseDigitalLink(subject).elements, publicUrl)
  } catch {
    // Another https URI under the same host: no Digital Link, but a subject all the same.
  }
  return `${publicUrl}/?subject=${encodeURIComponent(subject)}`
}
