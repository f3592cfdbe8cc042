import '../style/start.css'
import { render, type TargetedSubmitEvent, type VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { App } from '../app.ts'
import { type CheckDigitHelp, checkDigitHelp } from '../check-digit-help.ts'
import { findingOfFiles } from '../from-files.ts'
import { loadLanguage } from '../i18n/all-words.ts'
import { firstWords, type Lang, type MessageKey, setLanguage } from '../i18n/index.ts'
import { arriving } from '../incomplete.ts'
import type { Memory } from '../remembered.ts'
import { keepShell } from '../shell.ts'
import { pathOfCode, subjectFromText } from '../subject-from-text.ts'
import { listenToWedge } from '../wedge.ts'
import { FilePicker } from './file-picker.tsx'
import { LanguageProvider, Phrases, useLanguage } from './parts.tsx'
import { ScanPart } from './scan.tsx'
import { inSameLanguage, sayLanguage, Top } from './top.tsx'

export interface Start {
  root: HTMLElement
  memory: Memory
  /** Why the address names no goods, if it was meant to. */
  wrong: string | undefined
}

/** Draws the start page, in a language that may be changed in place. */
export async function startPage(start: Start, lang: Lang): Promise<void> {
  const { root } = start
  const language = await loadLanguage(lang)
  const top = document.createElement('div')
  const main = document.createElement('div')
  root.dataset['state'] = 'start'
  root.replaceChildren(top, main)
  const draw = (shown: typeof language): void => {
    setLanguage(shown.lang)
    top.replaceChildren(Top({ language: shown, onLanguage: (to) => void speak(to) }))
    render(
      <LanguageProvider value={shown}>
        <StartPart {...start} />
      </LanguageProvider>,
      main,
    )
  }
  let asked = lang
  const speak = async (to: Lang): Promise<void> => {
    asked = to
    const words = await arriving('words', loadLanguage(to))
    if (words === undefined || asked !== to) return
    draw(words)
    sayLanguage(to)
  }
  draw(language)
  void keepShell()
}

/** The way in where no code has been read: at the front door, or after an address that names no goods. */
function StartPart({ root, memory, wrong }: Start): VNode {
  return (
    <main class="one">
      <section class="still" id="verdict">
        <h1>
          <Phrases of={wrong === undefined ? 'start.word' : 'wrong.word'} />
        </h1>
        <p class="say">
          <Phrases of={wrong === undefined ? 'start.say' : 'wrong.say'} />
        </p>
        <ScanPart />
        <Typed wrong={wrong} />
        <FromFile root={root} memory={memory} />
      </section>
    </main>
  )
}

/** A scanner that types sends FNC1 as Ctrl+], which no text field takes. */
function separate(event: KeyboardEvent): void {
  if (!(event.ctrlKey && event.key === ']') || !(event.currentTarget instanceof HTMLInputElement)) return
  event.preventDefault()
  event.currentTarget.setRangeText(
    '\x1d',
    event.currentTarget.selectionStart ?? 0,
    event.currentTarget.selectionEnd ?? 0,
    'end',
  )
}

function Typed({ wrong }: { wrong: string | undefined }): VNode {
  const { t } = useLanguage()
  const [code, setCode] = useState(wrong)
  const [help, setHelp] = useState<CheckDigitHelp | undefined>()
  const field = useRef<HTMLInputElement>(null)
  const go = (text: string): void => {
    const address = subjectFromText(text)
    if (address.kind === 'subject') location.assign(inSameLanguage(pathOfCode(address)))
    else setCode(address.kind === 'wrong' ? address.code : undefined)
    setHelp(checkDigitHelp(text))
  }
  useEffect(
    () =>
      listenToWedge((text) => {
        go(text)
        // An input method writes its own words into the field first.
        setTimeout(() => {
          if (field.current !== null) field.current.value = text
        })
      }),
    [],
  )
  return (
    <form
      class="ask"
      onSubmit={(event: TargetedSubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        go(field.current?.value ?? '')
      }}
    >
      <label for="number">{t('start.label')}</label>
      <input
        ref={field}
        id="number"
        name="number"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby="wrong"
        aria-invalid={code !== undefined}
        onKeyDown={separate}
      />
      <p id="wrong" class="wrong" role="alert">
        {code !== undefined && t(code === 'GS1_CHECK_DIGIT' ? 'start.check-digit' : 'start.wrong', { code })}
        {code === 'GS1_CHECK_DIGIT' && help !== undefined && <CheckDigit help={help} />}
      </p>
      <button type="submit" class="btn solid">
        {t('start.go')}
      </button>
    </form>
  )
}

let opened = 0

/** What the number would be, if only its last digit or the order of two were wrong. */
function CheckDigit({ help: { number, typed, expected, swapped } }: { help: CheckDigitHelp }): VNode {
  const { t } = useLanguage()
  return (
    <>
      {` ${t('start.check-digit.help', { number, typed, expected })}`}
      {swapped.length > 0 && ` ${t('start.check-digit.swapped', { list: swapped.join(', ') })}`}
    </>
  )
}

/** A bundle from a file, with the policy to check it by where this device remembers none; also what is dropped anywhere on the page. */
function FromFile({ root, memory }: Omit<Start, 'wrong'>): VNode {
  const { t, lang } = useLanguage()
  const [said, setSaid] = useState<[MessageKey, { code: string }] | undefined>()
  const open = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return
    setSaid(undefined)
    const turn = ++opened
    const finding = await findingOfFiles(files, memory)
    // Of two that are opened at once the last is shown, and the other does not come back to it.
    if (turn !== opened) return
    if ('code' in finding) {
      setSaid([finding.code === 'FILE_TRUST' ? 'file.trust' : 'file.wrong', { code: finding.code }])
      return
    }
    render(null, root.lastElementChild!)
    const { subject, elements } = finding
    await new App(root, { subject, elements }, memory, await firstWords(lang)).run(Promise.resolve(finding))
    document.getElementById('verdict')?.focus()
  }
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault()
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      void open([...(event.dataTransfer?.files ?? [])])
    }
    document.addEventListener('dragover', over)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('dragover', over)
      document.removeEventListener('drop', drop)
    }
  })
  return (
    <section class="ask">
      <h2 class="label">{t('file.title')}</h2>
      <p class="note">{t('file.say')}</p>
      <FilePicker
        id="files"
        label={t('file.label')}
        multiple
        describedBy="file-wrong"
        onPick={(files) => void open(files)}
      />
      <p id="file-wrong" class="wrong" role="alert">
        {said !== undefined && t(...said)}
      </p>
    </section>
  )
}
