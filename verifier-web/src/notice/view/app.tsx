import type { VNode } from 'preact'
import { useCallback, useEffect, useErrorBoundary, useMemo, useState } from 'preact/hooks'
import type { Lang } from '../../i18n/languages.ts'
import { useDocument } from '../../own/use-document.ts'
import { Head } from '../../own/view/head.tsx'
import { type Notice, readNotice } from '../read.ts'
import { WordsProvider, wordsOf } from '../words/index.ts'
import { AnswerForm } from './answer-form.tsx'
import { Checked, Problem } from './checked.tsx'
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
  useDocument(lang, t(drill ? 'title.drill' : 'title'))
  return (
    <WordsProvider value={words}>
      <Head words={words} onLang={setLang} />
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
