import { render, type TargetedSubmitEvent, type VNode } from 'preact'
import { useState } from 'preact/hooks'
import { HTML_LANG, type Lang, loadLanguage, type MessageKey } from '../i18n/index.ts'
import { pathOf } from '../subject-from-path.ts'
import { subjectFromText } from '../subject-from-text.ts'
import { LanguageProvider, Phrases, useLanguage } from './parts.tsx'
import { Top } from './top.tsx'

/** Draws the start page, in a language that may be changed in place. `wrong`: why the address names no goods. */
export async function startPage(root: HTMLElement, lang: Lang, wrong: string | undefined): Promise<void> {
  const language = await loadLanguage(lang)
  const top = document.createElement('div')
  const main = document.createElement('div')
  root.dataset['state'] = 'start'
  root.replaceChildren(top, main)
  const draw = (shown: typeof language): void => {
    document.documentElement.lang = HTML_LANG[shown.lang]
    top.replaceChildren(Top({ language: shown, onLanguage: (to) => void loadLanguage(to).then(draw) }))
    render(
      <LanguageProvider value={shown}>
        <StartPart wrong={wrong} />
      </LanguageProvider>,
      main,
    )
  }
  draw(language)
}

/** The way in where no code has been read: at the front door, or after an address that names no goods. */
export function StartPart({ wrong }: { wrong?: string | undefined }): VNode {
  const { t } = useLanguage()
  const [code, setCode] = useState(wrong)
  const go = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('number') ?? '')
    const address = subjectFromText(text)
    if (address.kind === 'subject') location.assign(pathOf(address.subject))
    else setCode(address.kind === 'wrong' ? address.code : undefined)
  }
  const word: MessageKey = wrong === undefined ? 'start.word' : 'wrong.word'
  return (
    <main class="one">
      <section class="still" id="verdict">
        <h1>
          <Phrases of={word} />
        </h1>
        <p class="say">
          <Phrases of={wrong === undefined ? 'start.say' : 'wrong.say'} />
        </p>
        <form class="ask" onSubmit={go}>
          <label for="number">{t('start.label')}</label>
          <input
            id="number"
            name="number"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-describedby="wrong"
          />
          <p id="wrong" class="wrong" role="alert">
            {code !== undefined && t('start.wrong', { code })}
          </p>
          <button type="submit" class="btn solid">
            {t('start.go')}
          </button>
        </form>
      </section>
    </main>
  )
}
