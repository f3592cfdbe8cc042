import type { VNode } from 'preact'
import { useCallback, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { type Notice, readNotice } from '../read.ts'
import { HTML_LANG, type Lang, type Words, WordsProvider, wordsOf } from '../words/index.ts'
import { AnswerForm } from './answer-form.tsx'
import { Checked, Problem } from './checked.tsx'
import { Mark } from './parts.tsx'
import { Poster } from './poster.tsx'
import { Sharing } from './sharing.tsx'

export function NoticeApp({ id, initial }: { id: string | undefined; initial: Lang }): VNode {
  const [lang, setLang] = useState(initial)
  const [notice, setNotice] = useState<Notice>()
  const words = useMemo(() => wordsOf(lang), [lang])
  const { t } = words
  const [fault] = useErrorBoundary((thrown) => reportError(thrown))
  const read = useCallback(() => {
    setNotice(undefined)
    if (id === undefined) setNotice({ standing: 'unknown', witnessed: false })
    else
      void readNotice(id).then(setNotice, (thrown) => {
        reportError(thrown)
        setNotice({ standing: 'unreachable', witnessed: false, code: 'PAGE_FAULT' })
      })
  }, [id])
  useEffect(read, [read])
  const drill = notice?.recall?.recall.drill === true
  useLayoutEffect(() => {
    document.documentElement.lang = HTML_LANG[lang]
    document.title = t(drill ? 'title.drill' : 'title')
  }, [lang, t, drill])
  return (
    <WordsProvider value={words}>
      <Top words={words} onLang={setLang} />
      <main class="notice" data-standing={notice?.standing ?? 'checking'}>
        {fault !== undefined ? (
          <Problem
            notice={{ standing: 'unreachable', witnessed: false, code: 'PAGE_FAULT' }}
            onAgain={() => location.reload()}
          />
        ) : notice === undefined ? (
          <p role="status">{t('checking')}</p>
        ) : (
          <Read notice={notice} onAgain={read} />
        )}
      </main>
    </WordsProvider>
  )
}

function Read({ notice, onAgain }: { notice: Notice; onAgain: () => void }): VNode {
  const { standing, recall } = notice
  if (recall === undefined || standing === 'broken' || standing === 'unknown')
    return <Problem notice={notice} onAgain={onAgain} />
  return (
    <>
      <Poster notice={notice} recall={recall} />
      <Checked notice={notice} recall={recall} onAgain={onAgain} />
      <Sharing id={recall.recall.id} />
      {recall.lifted === undefined && <AnswerForm recall={recall.recall} />}
    </>
  )
}

function Top({ words: { t, lang }, onLang }: { words: Words; onLang: (lang: Lang) => void }): VNode {
  return (
    <header class="top">
      <span class="brand">
        <i aria-hidden="true">
          <Mark id="s-place" />
          <Mark id="s-time" />
          <Mark id="s-quality" />
        </i>
        <span>{t('brand')}</span>
      </span>
      <fieldset class="langs" aria-label={t('language')}>
        {(['zh', 'en'] as const).map((to) => (
          <button key={to} type="button" lang={HTML_LANG[to]} aria-pressed={to === lang} onClick={() => onLang(to)}>
            {to === 'zh' ? '中文' : 'EN'}
          </button>
        ))}
      </fieldset>
    </header>
  )
}
