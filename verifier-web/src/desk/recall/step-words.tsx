import { type RecallKind, recallRule } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { LANGS, MAX_SENTENCES, MAX_TEXT, TEXTS, textFault } from './draft.ts'
import type { StepProps } from './wizard.tsx'
import type { RecallKey, RecallWords } from './words/index.ts'

/** What is said to people, and how grave it is. */
export function WordsStep(props: StepProps): VNode {
  const { draft, change, words, known } = props
  const { t, pick } = words
  const [law, setLaw] = useState<RecallKind>('food')
  if (draft.what === 'lift')
    return (
      <Field
        {...{ words, label: t('lift.reason'), value: draft.lift, most: MAX_TEXT, needed: true }}
        onInput={(lift) => change({ lift })}
      />
    )
  const rule = recallRule(law, draft.class)
  const isFixed = draft.what === 'correct'
  return (
    <>
      <fieldset class={draft.drill ? 'wz-choice wz-switch on' : 'wz-choice wz-switch'}>
        <legend>{t('drill.title')}</legend>
        {[false, true].map((drill) => (
          <label key={String(drill)}>
            <input
              type="radio"
              name="wz-drill"
              checked={draft.drill === drill}
              disabled={isFixed}
              onChange={() => change({ drill })}
            />
            {t(drill ? 'drill.drill' : 'drill.real')}
          </label>
        ))}
        {isFixed && <p class="note">{t('drill.fixed')}</p>}
      </fieldset>
      <fieldset class="wz-choice">
        <legend>{t('class.title')}</legend>
        {([1, 2, 3] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="wz-class" checked={draft.class === one} onChange={() => change({ class: one })} />
            {t(`class.${one}`)}
          </label>
        ))}
      </fieldset>
      <fieldset class="wz-choice">
        <legend>{t('law.title')}</legend>
        {(['food', 'medicine'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="wz-law" checked={law === one} onChange={() => setLaw(one)} />
            {t(`deadline.${one}`)}
          </label>
        ))}
        <p class="note" role="status">
          {t('law.says', { law: pick(rule.law), from: pick(rule.from), hours: rule.hours, must: pick(rule.must) })}
        </p>
      </fieldset>
      <label class="wz-field">
        {t('org')}
        <input
          list="wz-orgs"
          value={draft.org}
          disabled={isFixed}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="wz-org-hint"
          onInput={(event) => change({ org: event.currentTarget.value.trim() })}
        />
        <datalist id="wz-orgs">
          {known.governance.organisations.map((org) => (
            <option key={org} value={org} />
          ))}
        </datalist>
        <small id="wz-org-hint">{t('org.hint')}</small>
      </label>
      {TEXTS.map((name) => (
        <fieldset key={name} class="wz-texts">
          <legend>{t(`text.${name}`)}</legend>
          {LANGS.map((lang) => (
            <Field
              key={lang}
              {...{
                words,
                lang,
                label: t(`lang.${lang}`),
                value: draft.texts[name][lang],
                most: MAX_SENTENCES,
                needed: true,
              }}
              onInput={(text) => change({ texts: { ...draft.texts, [name]: { ...draft.texts[name], [lang]: text } } })}
            />
          ))}
        </fieldset>
      ))}
      <Field
        {...{ words, label: t('contact'), value: draft.contact, most: MAX_TEXT, needed: false }}
        onInput={(contact) => change({ contact })}
      />
    </>
  )
}

interface FieldProps {
  label: string
  value: string
  most: number
  needed: boolean
  lang?: 'zh' | 'en'
  words: RecallWords
  onInput: (text: string) => void
}

/** A text that says while one types what is wrong with it, and how much room there is. */
function Field({ label, value, most, needed, lang, words: { t }, onInput }: FieldProps): VNode {
  const [isTouched, setTouched] = useState(false)
  const fault = needed || value !== '' ? textFault(value, most) : undefined
  const shown = fault !== undefined && (isTouched || fault !== 'EMPTY') ? fault : undefined
  const id = `wz-${label}-${most}-${lang ?? ''}`
  return (
    <label class="wz-field">
      {label}
      <textarea
        rows={most > MAX_TEXT ? 2 : 1}
        value={value}
        lang={lang === 'zh' ? 'zh-Hans' : lang}
        aria-invalid={shown !== undefined}
        aria-required={needed}
        onBlur={() => setTouched(true)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <small class={shown === undefined ? undefined : 'wz-fault'} id={id}>
        {shown === undefined
          ? t('text.left', { n: most - value.length })
          : t(`fault.${shown}`, { n: Math.max(0, value.length - most) })}
      </small>
    </label>
  )
}

/** A field that is missing or wrong, as its label calls it. */
export function faultName(name: string, { t, has }: RecallWords): string {
  const [field = '', lang] = name.split('.')
  if (lang !== undefined) return `${t(`text.${field}` as RecallKey)} (${t(`lang.${lang}` as RecallKey)})`
  if (field === 'subjects') return t('scope.title')
  if (field === 'lift') return t('lift.reason')
  return has(field) ? t(field) : t('fault.trace')
}
