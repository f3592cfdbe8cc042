import type { Elements } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { check, type Finding } from './check.ts'
import { HTML_LANG, type Lang, type Language, loadLanguage } from './i18n/index.ts'
import type { Memory } from './remembered.ts'
import type { Address } from './subject-from-path.ts'
import { Page } from './view/page.tsx'
import { LanguageProvider, useLanguage } from './view/parts.tsx'
import { StartPart } from './view/start.tsx'
import { Top } from './view/top.tsx'

export interface AppProps {
  address: Address
  language: Language
  memory: Memory
  /** The check that main started before anything was drawn. */
  first: Promise<Finding> | undefined
}

function Checked({
  subject,
  elements,
  memory,
  first,
}: {
  subject: string
  elements: Elements
  memory: Memory
  first: Promise<Finding> | undefined
}): VNode {
  const checking: Finding = { state: 'checking', subject, elements }
  const [finding, setFinding] = useState(checking)
  const [failed, setFailed] = useState<unknown>()
  // One day for the whole page: it is checked again on every visit.
  const [now] = useState(() => new Date())
  // What check throws is a fault of ours, not of the answer: it must reach the page's error handler, not vanish.
  if (failed !== undefined) throw failed
  const show = useCallback((made: Promise<Finding>) => void made.then(setFinding, setFailed), [])
  useEffect(() => show(first ?? check(subject, elements, memory)), [first, subject, elements, memory, show])
  const again = (): void => {
    setFinding(checking)
    show(check(subject, elements, memory))
  }
  const forget = (): void => {
    memory.forgetLedgers()
    again()
  }
  const { t } = useLanguage()
  const { state } = finding
  useLayoutEffect(() => {
    document.getElementById('page')!.dataset['state'] = state
    document.title = t('title', { word: t(`word.${state}`).replaceAll('|', '') })
  }, [state, t])
  return <Page finding={finding} now={now} onAgain={again} onForget={forget} />
}

export function App({ address, language: chosen, memory, first }: AppProps): VNode {
  const [language, setLanguage] = useState(chosen)
  const switchTo = (lang: Lang): void => void loadLanguage(lang).then(setLanguage)
  useLayoutEffect(() => {
    document.documentElement.lang = HTML_LANG[language.lang]
  }, [language])
  return (
    <LanguageProvider value={language}>
      <Top onLanguage={switchTo} />
      {address.kind === 'subject' ? (
        <Checked subject={address.subject} elements={address.elements} memory={memory} first={first} />
      ) : (
        <StartPart wrong={address.kind === 'wrong' ? address.code : undefined} />
      )}
    </LanguageProvider>
  )
}
