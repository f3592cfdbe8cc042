import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { placeName } from '../graph/labels.ts'
import { productOf, shortName, useNames } from '../graph/names.ts'
import { useGraphWords } from '../graph/words/index.ts'
import { save } from './copy.tsx'
import { coverOf, firstTicks, takenIn } from './cover.ts'
import { type Draft, draftOf, MAX_SUBJECTS, mostSubjects, newDraft, noticesFor } from './draft.ts'
import type { Scope } from './scope.ts'
import type { StepProps } from './wizard.tsx'

/** Rows that are shown: more are found by the filter. */
const MOST_LISTED = 256

/** What is recalled: a new recall or one that stands, which goods, and what of later records. */
export function ScopeStep(props: StepProps): VNode {
  const { draft, words, known, change, subject } = props
  const { t } = words
  const { standing, scope, governance } = known
  const choose = (what: Draft['what'], id?: string): void => {
    if (what === 'recall') {
      const org = governance.organisations.length === 1 ? governance.organisations[0]! : ''
      change({ ...newDraft(crypto.randomUUID(), org), subjects: firstTicks(subject, scope) })
      return
    }
    const chosen = standing.find(({ recall }) => recall.id === id) ?? standing[0]
    if (chosen !== undefined) change({ ...draftOf(chosen.recall), what })
  }
  return (
    <>
      <fieldset class="wz-choice">
        <legend>{t('what.title')}</legend>
        {(['recall', 'correct', 'lift'] as const).map((what) => (
          <label key={what}>
            <input
              type="radio"
              name="wz-what"
              checked={draft.what === what}
              disabled={what !== 'recall' && standing.length === 0}
              onChange={() => choose(what)}
            />
            {t(`what.${what}`)}
          </label>
        ))}
        {standing.length === 0 && <p class="note">{t('what.none')}</p>}
      </fieldset>
      {draft.what !== 'recall' && (
        <label class="wz-field">
          {t('what.which')}
          <select value={draft.id} onChange={(event) => choose(draft.what, event.currentTarget.value)}>
            {standing.map(({ recall }) => (
              <option key={recall.id} value={recall.id}>
                {t(recall.drill === true ? 'panel.drill' : 'panel.recall', { id: recall.id.slice(0, 8) })}
                {' · '}
                {words.pick(recall.reason).slice(0, 60)}
              </option>
            ))}
          </select>
        </label>
      )}
      {draft.what !== 'lift' && <Goods {...props} />}
    </>
  )
}

/** Goods to tick, and what of later records. */
function Goods({ subject, draft, change, known, ask, words }: StepProps): VNode {
  const { t, number } = words
  const graph = useGraphWords()
  const [filter, setFilter] = useState('')
  const { scope } = known
  // What a recall that is corrected names already stays to be seen, also where this walk does not lead.
  const candidates = useMemo(() => {
    const found = new Set(scope.candidates.map((one) => one.subject))
    const others = draft.subjects
      .filter((one) => !found.has(one))
      .map((one) => ({ subject: one, kind: 'other', depth: 0 }))
    return [...others, ...scope.candidates]
  }, [scope, draft.what, draft.id])
  const nameOf = useNames(
    ask,
    candidates.slice(0, 100).flatMap((one) => productOf(one.subject) ?? one.subject),
  )
  const chosen = new Set(draft.subjects)
  const wanted = filter.trim().toLowerCase()
  const shown = candidates.filter((one) => wanted === '' || one.subject.toLowerCase().includes(wanted))
  const listed = shown.slice(0, MOST_LISTED)
  const set = (subjects: Set<string>): void =>
    change({ subjects: candidates.map((one) => one.subject).filter((one) => subjects.has(one)) })
  const tick = (one: string, on: boolean): void => {
    const next = new Set(chosen)
    if (on) next.add(one)
    else next.delete(one)
    set(next)
  }
  const freeze = (later: Draft['later']): void => {
    const { trace: _, ...rest } = draft
    change({ ...rest, later, ...(scope.trace !== undefined && { trace: scope.trace }) })
  }
  const { trace } = scope
  return (
    <>
      <fieldset class="wz-goods">
        <legend>{t('scope.title')}</legend>
        <p class="note">{t('scope.hint')}</p>
        <div class="tools">
          <label class="wz-inline">
            {t('scope.filter')}
            <input type="search" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
          </label>
          <button
            type="button"
            class="btn"
            onClick={() => set(new Set([...chosen, ...shown.map((one) => one.subject)]))}
          >
            {t('scope.all')}
          </button>
          <button type="button" class="btn" onClick={() => set(new Set())}>
            {t('scope.none')}
          </button>
        </div>
        <div class="wz-ticks">
          {listed.map(({ subject: one, kind, depth }) => {
            const product = productOf(one)
            const key = `kind.${kind}`
            return (
              <label key={one}>
                <input
                  type="checkbox"
                  checked={chosen.has(one)}
                  onChange={(event) => tick(one, event.currentTarget.checked)}
                />
                <span>
                  <b>{shortName(one)}</b>
                  <small>
                    {[
                      graph.t(graph.has(key) ? key : 'kind.other'),
                      product !== undefined && nameOf(product) !== undefined && placeName(product, words, nameOf),
                      one === subject ? t('scope.asked') : depth > 0 && t('scope.depth', { n: depth }),
                    ]
                      .filter((part) => part !== false)
                      .join(' · ')}
                  </small>
                </span>
              </label>
            )
          })}
        </div>
        {shown.length > listed.length && (
          <p class="note">{t('scope.unlisted', { n: shown.length - listed.length, shown: listed.length })}</p>
        )}
        <Taken {...{ subject, draft, scope, words, change }} />
        {scope.more > 0 && <p class="note gr-open">{t('scope.more', { n: scope.more })}</p>}
      </fieldset>
      <fieldset class="wz-choice">
        <legend>{t('later.title')}</legend>
        {(['same-lot', 'frozen'] as const).map((later) => (
          <label key={later}>
            <input
              type="radio"
              name="wz-later"
              checked={draft.later === later}
              disabled={later === 'frozen' && trace === undefined && draft.trace === undefined}
              onChange={() => freeze(later)}
            />
            {t(`later.${later}`)}
          </label>
        ))}
        {trace === undefined ? (
          <p class="note">{t('later.no-trace')}</p>
        ) : (
          draft.trace !== undefined && (
            <p class="note wz-code">
              {t('later.trace', { n: number(draft.trace.treeSize), digest: draft.trace.digest })}
              {scope.pages > 1 && ` ${t('later.pages', { n: scope.pages })}`}
            </p>
          )
        )}
        {trace !== undefined && (
          <button
            type="button"
            class="btn"
            onClick={() => save(`trace-${trace.treeSize}.json`, scope.answer, 'application/json')}
          >
            {t('later.download')}
          </button>
        )}
      </fieldset>
    </>
  )
}

/** What is chosen, how much of what was found that takes in, and in how many recalls it is said. */
function Taken({
  subject,
  draft,
  scope,
  words: { t },
  change,
}: Pick<StepProps, 'subject' | 'draft' | 'words' | 'change'> & { scope: Scope }): VNode {
  const goods = useMemo(() => scope.candidates.filter(({ kind }) => kind !== 'product'), [scope])
  const taken = useMemo(() => {
    const isTaken = takenIn(draft.subjects, scope)
    return goods.filter((one) => isTaken(one.subject)).length
  }, [goods, draft.subjects])
  const cover = useMemo(() => coverOf(subject, scope), [subject, scope])
  const wide = cover.products.filter((one) => draft.subjects.includes(one)).length
  const [n, most] = [draft.subjects.length, mostSubjects(draft.what)]
  return (
    <div class="wz-taken">
      <p role="status">
        <b>{t('scope.n', { n })}</b> {t('scope.taken', { n: taken, of: goods.length })}
      </p>
      {taken < goods.length && cover.subjects.length <= most && (
        <button type="button" class="btn" onClick={() => change({ subjects: cover.subjects })}>
          {t('scope.cover', { n: cover.subjects.length })}
        </button>
      )}
      {wide > 0 && <p class="note gr-open">{t('scope.wide', { n: wide })}</p>}
      {n > MAX_SUBJECTS && n <= most && (
        <p class="note gr-open">{t('scope.several', { n: noticesFor(n), most: MAX_SUBJECTS })}</p>
      )}
      {n > most && <p class="note gr-open">{t('scope.much', { n, most })}</p>}
    </div>
  )
}
