import type { VNode } from 'preact'
import { shortOf } from '../../view/naming.ts'
import { hashOf } from '../address.ts'
import { kindName } from '../view/results.tsx'
import { useWords } from '../words/index.ts'
import type { Candidate, Common, WayLink } from './complaints.ts'
import { type ComplaintKey, useComplaintWords } from './words/index.ts'

function Way({ links }: { links: readonly WayLink[] }): VNode {
  const { t, has } = useComplaintWords()
  return (
    <ol>
      {links.map(({ kind, from, to, proof }, i) => {
        const key = `link.${kind}`
        const name = has(key) ? t(key as ComplaintKey) : kind
        return (
          <li key={i}>
            {t('common.link', { from: shortOf(from), to: shortOf(to), kind: name, entry: String(proof.entry) })}
          </li>
        )
      })}
    </ol>
  )
}

function One({ one, subjects }: { one: Candidate; subjects: readonly string[] }): VNode {
  const { t } = useComplaintWords()
  const words = useWords()
  return (
    <li>
      <p>
        <span class="note">{kindName(words, one.kind)}</span>{' '}
        <a class="code" href={hashOf({ subject: one.subject })}>
          {shortOf(one.subject)}
        </a>{' '}
        <b>{t('common.explains', { n: one.legs.length, of: subjects.length })}</b>{' '}
        <span class="note">{t('common.spread', { n: one.spread })}</span>
      </p>
      <details>
        <summary>{t('common.ways')}</summary>
        {one.ways.map(({ leg, links }) => (
          <div key={leg}>
            <p class="note">{t('common.way', { name: shortOf(subjects[leg] ?? '') })}</p>
            <Way links={links} />
          </div>
        ))}
      </details>
    </li>
  )
}

/** What the goods of several complaints lead back to, ranked; each with the way to it. */
export function CommonView({ common: { candidates, unknown, subjects } }: { common: Common }): VNode {
  const { t } = useComplaintWords()
  return (
    <section class="common" aria-labelledby="common-h">
      <h3 id="common-h" tabIndex={-1}>
        {t('common.title')}
      </h3>
      {unknown.length > 0 && <p class="note">{t('common.unknown', { names: unknown.map(shortOf).join(' · ') })}</p>}
      {candidates.length === 0 ? (
        <p>{t('common.none')}</p>
      ) : (
        <>
          <ol class="ranked">
            {candidates.map((one) => (
              <One key={one.subject} one={one} subjects={subjects} />
            ))}
          </ol>
          <p class="note">{t('common.note')}</p>
        </>
      )}
    </section>
  )
}
