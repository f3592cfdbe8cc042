import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { shortOf } from '../../view/naming.ts'
import type { DeskClient } from '../client.ts'

export interface SubjectProps {
  subject: string
  ask: DeskClient
  local: Storage | undefined
  open: (subject: string) => void
  /** Called once, when the first answer stands. */
  onAnswered: () => void
}

/** What is known of one subject, in the order in which it is needed. */
export function SubjectView({ subject, onAnswered }: SubjectProps): VNode {
  useEffect(onAnswered, [])
  return <h2 class="code">{shortOf(subject)}</h2>
}
