// Small pieces that several parts of the page share.
import { type ComponentChildren, createContext, Fragment, type VNode } from 'preact'
import { useContext } from 'preact/hooks'
import type { Language, MessageKey, Values } from '../i18n/index.ts'
import type { Tone } from '../tone.ts'

const Context = createContext<Language | undefined>(undefined)
export const LanguageProvider = Context.Provider

export function useLanguage(): Language {
  const language = useContext(Context)
  if (language === undefined) throw new Error('no language provided')
  return language
}

/** A symbol of the sprite. Never alone: a word stands beside it. */
export function Mark({ id, class: name }: { id: string; class?: string }): VNode {
  return (
    <svg class={name} aria-hidden="true">
      <use href={`#${id}`} />
    </svg>
  )
}

/** A sentence whose `|` are places where a line may break. */
export function Phrases({ of, with: values }: { of: MessageKey; with?: Values }): VNode {
  const { t } = useLanguage()
  return <Broken text={t(of, values)} />
}

export function Broken({ text }: { text: string }): VNode {
  return (
    <>
      {text.split('|').map((phrase, i) => (
        <Fragment key={phrase}>
          {i > 0 && <wbr />}
          {phrase}
        </Fragment>
      ))}
    </>
  )
}

/** The two looks of evidence: read from an instrument, or written by a person. */
export function By({ device }: { device: boolean }): VNode {
  const { t } = useLanguage()
  return (
    <span class={device ? 'by dev' : 'by man'}>
      <Mark id={device ? 'r-dev' : 'r-man'} />
      <span>{t(device ? 'measured' : 'stated')}</span>
    </span>
  )
}

const TONES: Record<Tone, string> = { ok: 'r-ok', stop: 'r-stop', care: 'r-care', idle: 'r-ask' }

export function ToneMark({ tone }: { tone: Tone }): VNode {
  return <Mark id={TONES[tone]} class={`t-${tone}`} />
}

export function Head({ title, children }: { title: MessageKey; children?: ComponentChildren }): VNode {
  const { t } = useLanguage()
  return (
    <div class="sh">
      <h2>{t(title)}</h2>
      {children}
    </div>
  )
}

/** A line of a description list. */
export function Line({ label, text }: { label: MessageKey; text: string }): VNode {
  const { t } = useLanguage()
  return (
    <>
      <dt>{t(label)}</dt>
      <dd>{text}</dd>
    </>
  )
}
