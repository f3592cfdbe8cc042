import './graph.css'
import type { Names } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { AnswerError, type Ask, codeOf } from '../../own/answer.ts'
import type { PartWords } from '../words/part.ts'
import { collapse, mainLine } from './collapse.ts'
import { Drawing, layOutPicture } from './drawing.tsx'
import { labelOf, placeName } from './labels.ts'
import { productOf, useNames } from './names.ts'
import { type Picture, type PictureNode, pictureOf } from './picture.ts'
import { type Row, TraceTable } from './table.tsx'
import { type Depths, MAX_DEPTH, readStandings, readTrace, type Standing, type Trace } from './trace.ts'
import { type GraphKey, useGraphWords } from './words/index.ts'

export interface GraphProps {
  subject: string
  ask: Ask
  open: (subject: string) => void
  /** Names that the desk has proved: they stand before those that the node only says. */
  names?: Names | undefined
  /** What was found, in words, by the subject or place that it is about. */
  marks?: ReadonlyMap<string, string> | undefined
}

type Read =
  | { state: 'reading' }
  | { state: 'failed'; code: string }
  | { state: 'read'; trace: Trace; standings: Standing[] }

/** A farm, a plant, a box and a shop; more is asked for step by step. */
const BEGINNING: Depths = { back: 4, forward: 4 }
const NO_MARKS: ReadonlyMap<string, string> = new Map()

/** Where goods came from and went: a picture, and the same as a table. */
export function Graph({ subject, ask, open, names, marks = NO_MARKS }: GraphProps): VNode {
  const words = useGraphWords()
  const { t, number } = words
  const [depths, setDepths] = useState(BEGINNING)
  const [round, setRound] = useState(0)
  const [read, setRead] = useState<Read>({ state: 'reading' })
  useEffect(() => {
    let isWanted = true
    const show = (next: Read): void => {
      if (isWanted) setRead(next)
    }
    // Where it is now is told beside the way; a subject that cannot be counted still has a way.
    const standing = readStandings(ask, subject).catch(() => ({ standings: [] }))
    readTrace(ask, subject, depths, () => isWanted)
      .then(async (trace) => show({ state: 'read', trace, standings: (await standing).standings }))
      .catch((error: unknown) =>
        show({ state: 'failed', code: error instanceof AnswerError ? error.code : codeOf(error) }),
      )
    return () => {
      isWanted = false
    }
  }, [ask, subject, depths.back, depths.forward, round])

  return (
    <div class="gr-part">
      <div class="gr-depths">
        <Stepper what="back" depths={depths} onChange={setDepths} words={words} />
        <Stepper what="forward" depths={depths} onChange={setDepths} words={words} />
      </div>
      {read.state === 'reading' && (
        <p class="note" role="status">
          {t('loading')}
        </p>
      )}
      {read.state === 'failed' && <Failed code={read.code} words={words} again={() => setRound(round + 1)} />}
      {read.state === 'read' && (
        <>
          <p class="note" role="status">
            {t('depths', depths as unknown as Record<string, number>)}
            {' · '}
            {t('as.of', { n: number(read.trace.treeSize) })}
          </p>
          {read.trace.incomplete.map((code) => (
            <p key={code} class="note gr-open">
              {t(words.has(`ended.${code}`) ? (`ended.${code}` as GraphKey) : 'ended.other', { code })}
            </p>
          ))}
          {read.trace.unread > 0 && (
            <p class="note gr-open">
              {t('unread', { n: read.trace.nodes.length + read.trace.links.length, more: number(read.trace.unread) })}
            </p>
          )}
          <Shown ask={ask} trace={read.trace} standings={read.standings} {...{ open, names, marks, words }} />
        </>
      )}
    </div>
  )
}

interface ShownProps {
  ask: Ask
  trace: Trace
  standings: readonly Standing[]
  open: (subject: string) => void
  names: Names | undefined
  marks: ReadonlyMap<string, string>
  words: PartWords<GraphKey>
}

function Shown({ ask, trace, standings, open, names, marks, words }: ShownProps): VNode {
  const { t } = words
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const whole = useMemo(() => pictureOf(trace, standings), [trace, standings])
  const drawn = useMemo(() => collapse(whole, opened), [whole, opened])
  const uris = useMemo(() => namedBy(drawn), [drawn])
  const nameOf = useNames(ask, uris, names)
  const labels = new Map(drawn.nodes.map((node) => [node.id, labelOf(node, words, nameOf)]))
  const layout = layOutPicture(drawn, labels)
  const line = useMemo(() => mainLine(drawn), [drawn])

  const press = (node: PictureNode): void => {
    if (node.members !== undefined) setOpened(new Set([...opened, node.id]))
    else if (node.kind !== 'transformation' && node.id !== trace.subject) open(node.id)
  }
  const name = labelOf(whole.nodes.find(({ id }) => id === trace.subject) ?? whole.nodes[0]!, words, nameOf).name
  if (whole.nodes.length === 1)
    return (
      <p class="note" role="status">
        {t('alone')}
      </p>
    )
  const place = new Map(layout.boxes.map((box) => [box.id, box]))
  const inOrder = [...drawn.nodes].sort((a, b) => {
    const [p, q] = [place.get(a.id)!, place.get(b.id)!]
    return p.row - q.row || p.x - q.x
  })
  return (
    <>
      <Drawing {...{ picture: drawn, labels, layout, line, marks, words, press }} />
      <p class="note">{t('legend')}</p>
      {opened.size > 0 && (
        <button type="button" class="btn" onClick={() => setOpened(new Set())}>
          {t('fold')}
        </button>
      )}
      <TraceTable
        {...{ name, words, open, subject: trace.subject }}
        place={(uri) => placeName(uri, words, nameOf)}
        rows={rowsOf(inOrder, whole, trace, (node) => labelOf(node, words, nameOf))}
      />
    </>
  )
}

/** All nodes in the order of the picture; those that it draws as one, one after the other. */
function rowsOf(
  inOrder: readonly PictureNode[],
  whole: Picture,
  trace: Trace,
  label: (node: PictureNode) => Row['label'],
): Row[] {
  const byId = new Map(whole.nodes.map((node) => [node.id, node]))
  const entries = new Map<string, number>()
  for (const { from, to, proof } of trace.links)
    for (const id of [from, to]) if (!entries.has(id)) entries.set(id, proof.entry)
  const from = new Map<string, string[]>()
  for (const edge of whole.edges) {
    const list = from.get(edge.to) ?? []
    const origin = byId.get(edge.from)
    if (list.length < 4 && origin !== undefined) list.push(label(origin).name)
    from.set(edge.to, list)
  }
  return inOrder
    .flatMap(({ id, members }) => members ?? [id])
    .flatMap((id) => byId.get(id) ?? [])
    .map((node) => {
      const entry = entries.get(node.id)
      return { node, label: label(node), from: from.get(node.id) ?? [], ...(entry !== undefined && { entry }) }
    })
}

/** What a picture calls by name. */
function namedBy({ nodes }: Picture): string[] {
  const uris = nodes.flatMap(({ id, place }) => [id, place, productOf(id)])
  return [...new Set(uris.filter((uri) => uri !== undefined))]
}

interface StepperProps {
  what: keyof Depths
  depths: Depths
  onChange: (depths: Depths) => void
  words: PartWords<GraphKey>
}

function Stepper({ what, depths, onChange, words: { t } }: StepperProps): VNode {
  const n = depths[what]
  // One of the two has to be asked.
  const least = depths[what === 'back' ? 'forward' : 'back'] === 0 ? 1 : 0
  const set = (to: number): void => onChange({ ...depths, [what]: to })
  return (
    <fieldset class="gr-step">
      <legend>{t(what)}</legend>
      <button type="button" aria-label={`${t(what)}: ${t('less')}`} disabled={n <= least} onClick={() => set(n - 1)}>
        −
      </button>
      <output>{t('steps', { n })}</output>
      <button
        type="button"
        aria-label={`${t(what)}: ${t('more')}`}
        disabled={n >= MAX_DEPTH}
        onClick={() => set(n + 1)}
      >
        +
      </button>
    </fieldset>
  )
}

function Failed({ code, words, again }: { code: string; words: PartWords<GraphKey>; again: () => void }): VNode {
  const { t, reason } = words
  if (code === 'NOT_FOUND')
    return (
      <p class="note" role="status">
        {t('unfound')}
      </p>
    )
  const why = code.startsWith('ANSWER_') ? t('answer.wrong') : reason(code)
  return (
    <div role="alert">
      <p>{t('failed', { why })}</p>
      <button type="button" class="btn" onClick={again}>
        {t('again')}
      </button>
    </div>
  )
}
