import type { Elements } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useCallback, useEffect, useErrorBoundary, useLayoutEffect, useState } from 'preact/hooks'
import { check, type Finding } from './check.ts'
import { HTML_LANG, type Lang, type Language, loadLanguage } from './i18n/index.ts'
import type { Memory } from './remembered.ts'
import type { Address } from './subject-from-path.ts'
import { Page, type PageProps } from './view/page.tsx'
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

interface CheckedProps {
  subject: string
  elements: Elements
  memory: Memory
  first: Promise<Finding> | undefined
}

function Checked({ subject, elements, memory, first }: CheckedProps): VNode {
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
    // The button goes away with the old verdict; whoever used it stands before the new one.
    document.getElementById('verdict')?.focus()
    show(check(subject, elements, memory))
  }
  const forget = (): void => {
    memory.forgetLedgers()
    again()
  }
  return <Shown finding={finding} now={now} onAgain={again} onForget={forget} />
}

/** A fault of ours must not leave an old verdict, or none, on the page: what is left then is that nothing was checked. */
function Guarded(props: CheckedProps): VNode {
  const [error] = useErrorBoundary((thrown) => reportError(thrown))
  if (error === undefined) return <Checked {...props} />
  const finding: Finding = {
    state: 'unchecked',
    subject: props.subject,
    elements: props.elements,
    failure: { code: 'PAGE_FAULT' },
  }
  return (
    <Shown finding={finding} now={new Date()} onAgain={() => location.reload()} onForget={() => location.reload()} />
  )
}

/** The page of a finding, with what stands outside of it: the state that styles follow, and the window's title. */
function Shown(props: PageProps): VNode {
  const { t } = useLanguage()
  const { state } = props.finding
  useLayoutEffect(() => {
    document.getElementById('page')!.dataset['state'] = state
    document.title = t('title', { word: t(`word.${state}`).replaceAll('|', '') })
  }, [state, t])
  return <Page {...props} />
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
        <Guarded subject={address.subject} elements={address.elements} memory={memory} first={first} />
      ) : (
        <StartPart wrong={address.kind === 'wrong' ? address.code : undefined} />
      )}
    </LanguageProvider>
  )
}
