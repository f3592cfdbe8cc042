import './panel.css'
import './wizard.css'
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { AnswerError, type Ask, codeOf } from '../../own/answer.ts'
import { getBytes } from './answer-pages.ts'
import { firstTicks } from './cover.ts'
import { type Draft, faultsOf, newDraft, operationsOf } from './draft.ts'
import { type Governance, type RecordedRecall, readGovernance, readRecalls } from './recalls.ts'
import { readScope, type Scope } from './scope.ts'
import { AffectedStep } from './step-affected.tsx'
import { ScopeStep } from './step-scope.tsx'
import { SignStep } from './step-sign.tsx'
import { faultName, WordsStep } from './step-words.tsx'
import { type RecallWords, useRecallWords } from './words/index.ts'

export interface RecallWizardProps {
  subject: string
  ask: Ask
  close: () => void
}

/** What the node told before anything could be written. */
export interface Known {
  scope: Scope
  governance: Governance
  standing: RecordedRecall[]
}

/** What a step shows and changes. */
export interface StepProps {
  subject: string
  draft: Draft
  change: (part: Partial<Draft>) => void
  known: Known
  ask: Ask
  words: RecallWords
  /** Called when what was written stands: there is nothing to go on with. */
  done: () => void
}

const STEPS = ['scope', 'affected', 'words', 'sign'] as const
type Step = (typeof STEPS)[number]

/** What is being written, by subject: a wizard that was closed by mistake goes on where it was, as long as the tab is open. */
const drafts = new Map<string, Draft>()

/**
 * A recall from its scope to its two signatures. Nothing is signed here: the page makes the operation, and two persons sign it with their key
 * files, elsewhere.
 */
export function RecallWizard({ subject, ask, close }: RecallWizardProps): VNode {
  const words = useRecallWords()
  const { t, reason } = words
  const [known, setKnown] = useState<Known>()
  const [fault, setFault] = useState<string>()
  const [progress, setProgress] = useState<{ read: number; of: number }>()
  const [draft, setDraft] = useState<Draft>()
  const [step, setStep] = useState<Step>('scope')
  const [round, setRound] = useState(0)
  const title = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    let isWanted = true
    setFault(undefined)
    setProgress(undefined)
    const reading = {
      progress: (read: number, of: number) => isWanted && setProgress({ read, of }),
      isWanted: () => isWanted,
    }
    Promise.all([readScope(subject, getBytes, reading), readGovernance(ask), readRecalls(ask)]).then(
      ([scope, governance, recalls]) => {
        if (!isWanted) return
        setKnown({ scope, governance, standing: recalls.filter(({ state }) => state === 'standing') })
        const [only, ...more] = governance.organisations
        const begun = drafts.get(subject) ?? {
          ...newDraft(crypto.randomUUID(), more.length === 0 ? (only ?? '') : ''),
          subjects: firstTicks(subject, scope),
        }
        setDraft(begun)
      },
      (error: unknown) => isWanted && setFault(error instanceof AnswerError ? error.code : codeOf(error)),
    )
    return () => {
      isWanted = false
    }
  }, [subject, ask, round])
  useEffect(() => {
    // Whoever goes on from a button would otherwise stand at the end of a step that is gone.
    title.current?.focus()
  }, [step, known === undefined])

  const change = (part: Partial<Draft>): void => {
    if (draft === undefined) return
    const next = { ...draft, ...part }
    drafts.set(subject, next)
    setDraft(next)
  }
  const go = (by: number): void => setStep(STEPS[STEPS.indexOf(step) + by] ?? step)
  const steps = { scope: ScopeStep, affected: AffectedStep, words: WordsStep, sign: SignStep }
  const Shown = steps[step]
  const missing = draft === undefined ? [] : faultsOf(draft)
  const blocking = step === 'words' ? missing : missing.filter((name) => step === 'scope' && isOfScope(name))
  return (
    <section class={draft?.drill === true ? 'wz wz-drill' : 'wz'} aria-labelledby="wz-title">
      <header>
        <h2 id="wz-title">{t('wizard.title')}</h2>
        <button type="button" class="btn" onClick={close}>
          {t('wizard.close')}
        </button>
      </header>
      {draft?.drill === true && <p class="wz-banner">{t('drill.banner')}</p>}
      {fault !== undefined && (
        <div role="alert">
          <p>{t('panel.failed', { why: reason(fault) })}</p>
          <button type="button" class="btn" onClick={() => setRound(round + 1)}>
            {t('panel.again')}
          </button>
        </div>
      )}
      {fault === undefined && (known === undefined || draft === undefined) && (
        <>
          <p role="status">{t('scope.loading')}</p>
          {progress !== undefined && progress.of > progress.read && (
            <label class="wz-reading">
              <progress value={progress.read} max={progress.of} />
              {t('scope.reading', { read: progress.read, of: progress.of })}
            </label>
          )}
        </>
      )}
      {known !== undefined && draft !== undefined && (
        <>
          <ol class="wz-steps" aria-hidden="true">
            {STEPS.map((name) => (
              <li key={name} class={name === step ? 'here' : undefined}>
                {t(`step.${name}`)}
              </li>
            ))}
          </ol>
          <h3 ref={title} tabIndex={-1}>
            {t('wizard.step', { n: STEPS.indexOf(step) + 1, name: t(`step.${step}`) })}
          </h3>
          <Shown {...{ subject, draft, change, known, ask, words }} done={() => drafts.delete(subject)} />
          {blocking.length > 0 && (
            <p class="wz-missing" role="status">
              {t('incompleteForm', {
                n: blocking.length,
                names: words.list(blocking.map((name) => faultName(name, words))),
              })}
            </p>
          )}
          <div class="tools">
            {step !== 'scope' && (
              <button type="button" class="btn" onClick={() => go(-1)}>
                {t('wizard.back')}
              </button>
            )}
            {step !== 'sign' && (
              <button
                type="button"
                class="btn solid"
                disabled={blocking.length > 0 || (step === 'words' && operationsOf(draft).length === 0)}
                onClick={() => go(1)}
              >
                {t('wizard.next')}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  )
}

const isOfScope = (name: string): boolean => name === 'subjects' || name === 'trace'
