// What the address says: which subject is open, or what was asked. Nothing else of the page's state is worth a step back.

export interface Place {
  /** What was asked for in words, where there is more than one answer. */
  question?: string
  subject?: string
}

/** Longer is no subject of this ledger. */
const MAX_SUBJECT = 512
const MAX_QUESTION = 200

/** Reads `#s=<subject>` or `#q=<question>`. */
export function placeOf(hash: string): Place {
  const said = new URLSearchParams(hash.slice(1))
  const [subject, question] = [said.get('s'), said.get('q')]
  if (subject !== null && subject !== '' && subject.length <= MAX_SUBJECT) return { subject }
  if (question !== null && question.trim() !== '') return { question: question.slice(0, MAX_QUESTION) }
  return {}
}

export function hashOf({ subject, question }: Place): string {
  if (subject !== undefined) return `#${new URLSearchParams({ s: subject })}`
  return question === undefined ? '' : `#${new URLSearchParams({ q: question })}`
}
