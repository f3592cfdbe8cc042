import {
  checkOperation,
  type Lift,
  ProtocolError,
  type Recall,
  type RecallClass,
  sha256,
  subjectKind,
  toHex,
  utf8,
} from '@tristamp/protocol'

// A recall as it is being written: every field checked as one types, by the bounds of docs/spec/governance.md.

export const TEXTS = ['reason', 'hazard', 'consumer', 'holder'] as const
export type TextName = (typeof TEXTS)[number]
export const LANGS = ['zh', 'en'] as const

/** UTF-16 units: of a sentence to people, of a contact or a lift's reason. */
export const MAX_SENTENCES = 600
export const MAX_TEXT = 200
/** Goods that one notice may name. */
export const MAX_SUBJECTS = 256
/** Recalls that one draft may become, which are signed together: more goods than these name are named by their products. */
export const MAX_NOTICES = 16

export interface Draft {
  /** A new recall, other words for one that stands, or its end. */
  what: 'recall' | 'correct' | 'lift'
  id: string
  org: string
  subjects: string[]
  class: RecallClass
  texts: Record<TextName, { zh: string; en: string }>
  contact: string
  drill: boolean
  /** What is recorded later: not part of it (by the trace), or part of it. */
  later: 'frozen' | 'same-lot'
  /** Why it is lifted. */
  lift: string
  /** The answer of a trace that the scope was taken from. */
  trace?: { treeSize: number; digest: string }
}

/** Why a text cannot stand. `EMPTY`, `LONG`, or `HIDDEN`: characters that hide, or that turn the words around them. */
export type TextFault = 'EMPTY' | 'LONG' | 'HIDDEN'

/** The spec's rule for texts; the same as the protocol's, with the reason told apart. */
export function textFault(text: string, most: number): TextFault | undefined {
  if (!/\S/.test(text)) return 'EMPTY'
  if (text.length > most) return 'LONG'
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(text) ? 'HIDDEN' : undefined
}

export function newDraft(id: string, org: string): Draft {
  const none = (): { zh: string; en: string } => ({ zh: '', en: '' })
  return {
    ...{ what: 'recall', id, org, subjects: [], class: 1, contact: '', drill: false, later: 'same-lot', lift: '' },
    texts: { reason: none(), hazard: none(), consumer: none(), holder: none() },
  }
}

/** The words of a recall that stands, to be changed. Whose it is, and whether it is a drill, stays. */
export function draftOf(recall: Recall): Draft {
  const { id, org, subjects, reason, hazard, consumer, holder, contact = '', drill, trace, after } = recall
  return {
    ...{ what: 'correct', id, org, contact, lift: '', class: recall.class, drill: drill === true },
    subjects: [...subjects],
    texts: { reason: { ...reason }, hazard: { ...hazard }, consumer: { ...consumer }, holder: { ...holder } },
    later: trace !== undefined && after === undefined ? 'frozen' : 'same-lot',
    ...(trace !== undefined && { trace: { ...trace } }),
  }
}

/** Fields that are not as they must be: `subjects`, `trace`, `org`, `contact`, `lift`, or a text as `reason.zh`. */
export function faultsOf(draft: Draft): string[] {
  const { what, subjects, texts, contact, lift, later, trace, org } = draft
  if (what === 'lift') return textFault(lift, MAX_TEXT) === undefined ? [] : ['lift']
  const faults = TEXTS.flatMap((name) =>
    LANGS.filter((lang) => textFault(texts[name][lang], MAX_SENTENCES) !== undefined).map((lang) => `${name}.${lang}`),
  )
  if (subjects.length < 1 || subjects.length > mostSubjects(what)) faults.unshift('subjects')
  if (later === 'frozen' && trace === undefined) faults.unshift('trace')
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(org)) faults.unshift('org')
  if (contact !== '' && textFault(contact, MAX_TEXT) !== undefined) faults.push('contact')
  return faults
}

/** How many goods may be named: a recall that stands is one, and stays one. */
export function mostSubjects(what: Draft['what']): number {
  return what === 'recall' ? MAX_SUBJECTS * MAX_NOTICES : MAX_SUBJECTS
}

/** How many recalls so many goods need. */
export function noticesFor(subjects: number): number {
  return Math.max(1, Math.ceil(subjects / MAX_SUBJECTS))
}

/**
 * The operations that are signed: one, or as many recalls as it takes to name all goods, each of them whole in itself. None while something is
 * missing. What they say passes the protocol's own rule, too.
 */
export function operationsOf(draft: Draft): (Recall | Lift)[] {
  if (faultsOf(draft).length > 0) return []
  const parts = Array.from({ length: draft.what === 'lift' ? 1 : noticesFor(draft.subjects.length) }, (_, n) => ({
    ...draft,
    id: n === 0 ? draft.id : idOfPart(draft.id, n),
    subjects: draft.subjects.slice(n * MAX_SUBJECTS, (n + 1) * MAX_SUBJECTS),
  }))
  const operations = parts.map(operationOf).filter((one) => one !== undefined)
  return operations.length === parts.length ? operations : []
}

/** The same for the same draft, however often it is asked: a UUID of version 8. */
function idOfPart(id: string, n: number): string {
  const hex = toHex(sha256(utf8(`tristamp recall ${id} ${n}`)))
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function operationOf(draft: Draft): Recall | Lift | undefined {
  const { what, id, org, subjects, texts, contact, drill, later, trace } = draft
  const operation: Recall | Lift =
    what === 'lift'
      ? { op: 'lift', id, reason: draft.lift }
      : {
          ...{ op: 'recall', id, org, subjects: [...subjects], class: draft.class },
          ...{ reason: texts.reason, hazard: texts.hazard, consumer: texts.consumer, holder: texts.holder },
          ...(contact !== '' && { contact }),
          ...(drill && { drill: true as const }),
          ...(trace !== undefined && { trace }),
          // Without a trace nothing is frozen, and the word would say nothing.
          ...(trace !== undefined && later === 'same-lot' && { after: 'same-lot' as const }),
        }
  try {
    checkOperation(operation as unknown as Parameters<typeof checkOperation>[0])
    return operation
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** What a recall can be about. */
export function isRecallable(subject: string): boolean {
  try {
    return ['item', 'lot', 'product', 'unit'].includes(subjectKind(subject))
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
