import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { PartWords } from '../words/part.ts'
import { isOpenable } from './drawing.tsx'
import type { Label } from './labels.ts'
import type { PictureNode } from './picture.ts'
import { Scroll } from './scroll.tsx'
import type { GraphKey } from './words/index.ts'

/** A node as a row: from what it came, and the record that proves the first link to it. */
export interface Row {
  node: PictureNode
  label: Label
  from: string[]
  entry?: number
}

/** Rows that are shown before more are asked for. */
const FIRST = 12
const MORE = 100

export interface TableProps {
  name: string
  rows: readonly Row[]
  subject: string
  place: (uri: string) => string
  words: PartWords<GraphKey>
  open: (subject: string) => void
}

/** The picture's twin: the same, in the same order, for whoever does not use pictures. */
export function TraceTable({ name, rows, subject, place, words, open }: TableProps): VNode {
  const { t, has, amount, number } = words
  const [shown, setShown] = useState(FIRST)
  const left = rows.length - shown
  return (
    <div class="gr-table">
      <h3>{t('table.title')}</h3>
      <Scroll label={t('table.title')}>
        <table>
          <caption class="vh">{t('table.caption', { name, n: rows.length })}</caption>
          <thead>
            <tr>
              <th scope="col">
                {t('table.what')} · {t('table.place')}
              </th>
              <th scope="col">{t('table.depth')}</th>
              <th scope="col" class="n">
                {t('table.quantity')}
              </th>
              <th scope="col">{t('table.from')}</th>
              <th scope="col" class="n">
                {t('table.proof')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map(({ node, label, from, entry }) => {
              const kind = `kind.${node.kind}`
              return (
                <tr key={node.id} class={node.id === subject ? 'sel' : undefined}>
                  <th scope="row">
                    {isOpenable(node) && node.id !== subject ? (
                      <button type="button" class="gr-link" onClick={() => open(node.id)}>
                        {label.name}
                      </button>
                    ) : (
                      label.name
                    )}
                    <small>
                      {[
                        node.kind !== 'transformation' && t(has(kind) ? kind : 'kind.other'),
                        node.place !== undefined && place(node.place),
                      ]
                        .filter((part) => part !== false)
                        .join(' · ')}
                    </small>
                  </th>
                  <td class="gr-depth">{depthText(node.depth, words)}</td>
                  <td class="n">
                    {node.quantity === undefined ? '' : amount(node.quantity)}
                    {node.missing !== undefined && <b class="t-stop"> ≠ {amount(node.missing)}</b>}
                  </td>
                  <td class="gr-from">{words.list(from.slice(0, 3)) + (from.length > 3 ? '…' : '')}</td>
                  <td class="n code">
                    {entry !== undefined && <a href={`/v1/statements/${entry}/proof`}>{number(entry)}</a>}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
      {left > 0 && (
        <p class="gr-more">
          <span class="note">{t('table.rows', { n: shown, of: rows.length })}</span>
          <button type="button" class="btn" onClick={() => setShown(shown + MORE)}>
            {t('table.more', { n: Math.min(MORE, left) })}
          </button>
        </p>
      )}
    </div>
  )
}

function depthText(depth: number, { t }: PartWords<GraphKey>): string {
  if (depth === 0) return t('depth.here')
  return depth < 0 ? t('depth.back', { n: -depth }) : t('depth.forward', { n: depth })
}
