import { subjectKind } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { nameOf, shortOf } from '../../view/naming.ts'
import { namesOf } from '../checked.ts'
import type { DeskClient } from '../client.ts'
import { ComplaintsAbout } from '../complaints/about.tsx'
import { figuresOf } from '../figures.ts'
import { foundIn } from '../found.ts'
import { Graph } from '../graph/graph.tsx'
import { useNames } from '../graph/names.ts'
import type { Trace } from '../graph/trace.ts'
import { RecallPanel } from '../recall/panel.tsx'
import { RecallWizard } from '../recall/wizard.tsx'
import { type EventRow, journeysOf, provedRows, tracedRows } from '../rows.ts'
import { type Filter, NO_FILTER } from '../table.ts'
import { useWords } from '../words/index.ts'
import { Events } from './events.tsx'
import { Exports } from './exports.tsx'
import { FiguresPart } from './figures.tsx'
import { FindingsPart } from './findings.tsx'
import { Headline } from './headline.tsx'
import { Unanswered } from './parts.tsx'
import { Strip } from './strip.tsx'
import { useAlike } from './use-alike.ts'
import { useSubject } from './use-subject.ts'

export interface SubjectProps {
  subject: string
  ask: DeskClient
  local: Storage | undefined
  open: (subject: string) => void
  /** Called once, when the first answer stands. */
  onAnswered: () => void
}

/** What is known of one subject, in the order in which it is needed. */
export function SubjectView({ subject, ask, local, open, onAnswered }: SubjectProps): VNode {
  const words = useWords()
  const state = useSubject(subject, ask, local)
  const { own, verdicts, trace, standings, recall } = state
  const goods = subject.replace(/#.*/, '')
  const [recalling, setRecalling] = useState(false)
  const [filter, setFilter] = useState<Filter>(NO_FILTER)
  const days = state.days
  const proved = useMemo(() => {
    // What the goods were made of was somebody else's to keep cold; and before the days are there, nobody knows of a silence.
    const after = trace === undefined ? new Set<string>() : afterIn(trace)
    const made = new Set(trace?.nodes.flatMap(({ id, depth }) => (depth < 0 && !after.has(id) ? [id] : [])))
    return provedRows({ goods: verdicts, days: days ?? [], isMeant: (one) => days !== undefined && !made.has(one) })
  }, [verdicts, days, trace])
  const day = /#(\d{4}-\d{2}-\d{2})$/.exec(subject)?.[1]
  const rows = useMemo(() => {
    const traced = trace === undefined ? [] : tracedRows(trace, proved)
    // Of a place's day the trace has all other days, too.
    const kept = day === undefined ? traced : traced.filter(({ at }) => new Date(at.ms).toISOString().startsWith(day))
    return [...proved, ...kept]
  }, [trace, proved, day])
  const names = useMemo(() => namesOf(verdicts), [verdicts])
  const places = useMemo(() => [...new Set([goods, ...rows.flatMap(({ place }) => place ?? [])])], [rows])
  const told = useNames(ask, places, names)
  const placeName = (uri: string | undefined): string => {
    if (uri === undefined) return ''
    const name = told(uri)
    return name === undefined ? nameOf(uri, { names, language: words }) : words.pick(name)
  }
  const alike = useAlike(verdicts)
  const found = useMemo(() => foundIn(verdicts, rows, alike), [verdicts, rows, alike])
  const isKnown = own !== undefined && trace !== undefined
  const along = useMemo(() => trace?.nodes.map(({ id }) => id), [trace])
  useEffect(() => {
    if (isKnown) onAnswered()
  }, [isKnown])
  // Of a lot the way of one of its packs says more than its own, which ends where packs begin.
  const [journey, whose] = useMemo(() => {
    const journeys = journeysOf({ goods: verdicts, days: days ?? [] })
    const [first, ...others] = journeys.map((one, i) => [one, verdicts[i]!.subject] as const)
    return (
      others.reduce(
        (most, one) => (most !== undefined && one[0].stops.length > most[0].stops.length ? one : most),
        first,
      ) ?? []
    )
  }, [verdicts, days])

  if (!isKnown)
    return (
      <p class="note pad" role="status">
        {words.t('subject.checking')}
      </p>
    )
  const showOnly = (keys: readonly string[]): void => {
    setFilter({ ...NO_FILTER, only: new Set(keys) })
    document.getElementById('events')?.focus()
  }
  const marks = new Map<string, string>()
  for (const { subject: about, code } of found) if (about !== undefined) marks.set(about, words.t(`rule.${code}`))
  return (
    <>
      <Headline subject={subject} finding={own} records={provenCount(rows)} placeName={placeName} />
      {state.traceError !== undefined && <Unanswered error={state.traceError} />}
      <FiguresPart figures={figuresOf(trace, standings, rows, recall)} byRecall={recall !== undefined} />
      {recalling && (
        <RecallWizard
          subject={goods}
          ask={ask}
          close={() => {
            setRecalling(false)
            document.getElementById('subject')?.focus()
          }}
        />
      )}
      <div class="cols">
        <div class="lead">
          <FindingsPart found={found} records={provenCount(rows)} placeName={placeName} show={showOnly} />
        </div>
        <div class="side">
          <section class="recalls">
            <RecallPanel subjects={[goods, ...(own.verdict?.lineage ?? []).filter(isGoods)]} ask={ask} />
            {isGoods(goods) && !recalling && (
              <p class="tools">
                <button type="button" class="btn" onClick={() => setRecalling(true)}>
                  {words.t('recall.start')}
                </button>
              </p>
            )}
          </section>
          <ComplaintsAbout subject={goods} along={along} ask={ask} />
          <section aria-labelledby="graph">
            <div class="sh">
              <h2 id="graph">{words.t('graph.title')}</h2>
            </div>
            <Graph subject={goods} ask={ask} open={open} names={names} marks={marks} />
          </section>
        </div>
        <div class="rest">
          <Events
            name={shortOf(subject)}
            rows={rows}
            filter={filter}
            onFilter={setFilter}
            placeName={placeName}
            progress={state}
            cut={trace.unread > 0 ? trace.nodes.length : undefined}
          />
          {journey !== undefined && whose !== undefined && journey.stops.length > 0 && (
            <Strip journey={journey} of={whose === subject ? undefined : shortOf(whose)} placeName={placeName} />
          )}
          <Exports subject={goods} kind={subjectKind(subject)} />
        </div>
      </div>
    </>
  )
}

const GOODS: ReadonlySet<string> = new Set(['item', 'lot', 'product', 'unit'])

/** What a recall can be about. */
function isGoods(subject: string): boolean {
  return GOODS.has(subjectKind(subject))
}

/** What was reached forward, too: a pack leads back to its lot, and the lot to its packs, of which there may be ten thousand. */
function afterIn({ subject, links }: Trace): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { kind, from, to } of links) {
    if (kind !== 'lot') continue
    if (from === subject) found.add(to)
    if (to === subject) found.add(from)
  }
  return found
}

function provenCount(rows: readonly EventRow[]): number {
  return rows.filter(({ kind, stamps }) => kind === 'event' && stamps !== undefined).length
}
