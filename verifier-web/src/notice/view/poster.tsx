import { type Localized, type ProvenRecall, productOf, subjectFrom } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { languageNamed } from '../../i18n/languages.ts'
import { Mark } from '../../view/parts.tsx'
import { type Notice, productNames } from '../read.ts'
import { type Key, useWords, wordsOf } from '../words/index.ts'

/** Goods that are listed; all of them are behind the link. */
const MOST = 40

/** The notice itself: what is on the screen is what is printed, there in both languages. */
export function Poster({ notice, recall: one }: { notice: Notice; recall: ProvenRecall }): VNode {
  const { t, lang, moment, pick } = useWords()
  const other = wordsOf(lang === 'zh' ? 'en' : 'zh')
  const { recall, lifted, corrected, since } = one
  const kind = recall.drill ? 'drill' : lifted === undefined ? 'standing' : 'lifted'
  const head: Key = kind === 'standing' ? 'head.class' : `head.${kind}`
  const who = notice.organisation
  return (
    <article class={`poster ${kind}`}>
      <header>
        <Mark id={kind === 'standing' ? 'i-recall' : kind === 'drill' ? 'r-care' : 'r-ok'} class="big" />
        <h1>
          {t(head, { class: recall.class })}
          <small lang={languageNamed(other.lang).tag}>{other.t(head, { class: recall.class })}</small>
        </h1>
        <p class="whose">
          {t('head.by', { who: who === undefined ? recall.org : pick(who), at: moment(Date.parse(since)) })}
          {corrected !== undefined && ` (${t('corrected', { at: moment(Date.parse(corrected)) })})`}
        </p>
        {kind === 'standing' && <p class="grave">{t(`class.${recall.class}`)}</p>}
        {lifted !== undefined && (
          <p class="grave">{t('lifted.at', { at: moment(Date.parse(lifted.at)), reason: lifted.reason })}</p>
        )}
        {recall.drill && <p class="grave">{t('drill.what')}</p>}
      </header>
      <Both title="consumer" text={recall.consumer} first />
      <Goods subjects={recall.subjects} />
      <Both title="reason" text={recall.reason} />
      <Both title="hazard" text={recall.hazard} />
      <Both title="holder" text={recall.holder} />
      {recall.contact !== undefined && (
        <section>
          <h2>{t('contact')}</h2>
          <p>{recall.contact}</p>
        </section>
      )}
      <footer class="code-of">
        <img src={`/v1/qr?recall=${recall.id}`} alt="" width="160" height="160" />
        <p>
          {t('scan')}
          <span class="code">{`${location.host}/notice?recall=${recall.id}`}</span>
        </p>
      </footer>
      {recall.drill && (
        <p class="stamp">
          {t('head.drill')} · <span lang={languageNamed(other.lang).tag}>{other.t('head.drill')}</span>
        </p>
      )}
    </article>
  )
}

/** The words of whoever recalls, as they were signed; on paper in the other language, too. */
function Both({ title, text, first }: { title: Key; text: Localized; first?: boolean }): VNode {
  const { t, lang, pick } = useWords()
  const other = lang === 'zh' ? 'en' : 'zh'
  return (
    <section class={first ? 'first' : undefined}>
      <h2>{t(title)}</h2>
      <p>{pick(text)}</p>
      <p class="on-paper" lang={languageNamed(other).tag}>
        {text[other]}
      </p>
    </section>
  )
}

function Goods({ subjects }: { subjects: readonly string[] }): VNode {
  const { t, pick } = useWords()
  const [names, setNames] = useState<ReadonlyMap<string, Localized>>(new Map())
  useEffect(() => void productNames(subjects).then(setNames), [subjects])
  return (
    <section class="goods">
      <h2>{t('goods')}</h2>
      <ul>
        {subjects.slice(0, MOST).map((subject) => {
          const name = names.get(productOf(subject) ?? '')
          return (
            <li key={subject}>
              {name !== undefined && <b>{pick(name)} </b>}
              <Numbers subject={subject} />
            </li>
          )
        })}
      </ul>
      {subjects.length > MOST && <p>{t('goods.more', { n: subjects.length })}</p>}
      <p class="note">{t('goods.how')}</p>
    </section>
  )
}

/** As it is printed on the pack: GTIN, lot and serial. Its page is on this node, where it has one. */
function Numbers({ subject }: { subject: string }): VNode {
  const { t } = useWords()
  const { elements, uri } = subjectFrom(subject)
  const [gtin, lot, serial, unit] = ['01', '10', '21', '00'].map((ai) => elements?.get(ai))
  const words = [
    gtin,
    lot === undefined ? undefined : t('lot', { lot }),
    serial === undefined ? undefined : t('serial', { serial }),
    unit === undefined ? undefined : t('unit', { number: unit }),
  ].filter((word) => word !== undefined)
  if (words.length === 0) return <span class="code">{subject}</span>
  const path = uri.startsWith('https://id.gs1.org/') ? uri.slice('https://id.gs1.org'.length) : undefined
  const text = words.join(' · ')
  return path === undefined ? (
    <span class="code">{text}</span>
  ) : (
    <a class="code" href={path}>
      {text}
    </a>
  )
}
