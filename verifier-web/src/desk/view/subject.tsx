import { subjectKind } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { journeyOf } from '../../journey.ts'
import { nameOf, shortOf } from '../../view/naming.ts'
import { namesOf } from '../checked.ts'
import type { DeskClient } from '../client.ts'
import { figuresOf } from '../figures.ts'
import { foundIn } from '../found.ts'
import { Graph } from '../graph/graph.tsx'
import { useNames } from '../graph/names.ts'
import { type EventRow, provedRows, tracedRows } from '../rows.ts'
import { type Filter, NO_FILTER } from '../table.ts'
import { useWords } from '../words/index.ts'
import { Events } from './events.tsx'
import { Exports } from './exports.tsx'
import { FiguresPart } from './figures.tsx'
import { FindingsPart } from './findings.tsx'
import { Headline } from './headline.tsx'
import { Unanswered } from './parts.tsx'
import { Strip } from './strip.tsx'
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
  const [filter, setFilter] = useState<Filter>(NO_FILTER)
  const proved = useMemo(() => provedRows(verdicts), [verdicts])
  const day = /#(\d{4}-\d{2}-\d{2})$/.exec(subject)?.[1]
  const rows = useMemo(() => {
    const traced = trace === undefined ? [] : tracedRows(trace, proved)
    // Of a place's day the trace has all other days, too.
    const kept = day === undefined ? traced : traced.filter(({ at }) => new Date(at.ms).toISOString().startsWith(day))
    return [...proved, ...kept]
  }, [trace, proved, day])
  const names = useMemo(() => namesOf(verdicts), [verdicts])
  const places = useMemo(
    () => [...new Set([subject.replace(/#.*/, ''), ...rows.flatMap(({ place }) => place ?? [])])],
    [rows],
  )
  const told = useNames(ask, places, names)
  const placeName = (uri: string | undefined): string => {
    if (uri === undefined) return ''
    const name = told(uri)
    return name === undefined ? nameOf(uri, { names, language: words }) : words.pick(name)
  }
  const found = useMemo(() => foundIn(verdicts, rows), [verdicts, rows])
  const isKnown = own !== undefined && trace !== undefined
  useEffect(() => {
    if (isKnown) onAnswered()
  }, [isKnown])
  const journey = useMemo(() => (own?.verdict === undefined ? undefined : journeyOf(own.verdict)), [own])

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
      <div class="cols">
        <div>
          <FindingsPart found={found} records={provenCount(rows)} placeName={placeName} show={showOnly} />
          <Events
            name={shortOf(subject)}
            rows={rows}
            filter={filter}
            onFilter={setFilter}
            placeName={placeName}
            progress={state}
            cut={trace.unread > 0 ? trace.nodes.length : undefined}
          />
          {journey !== undefined && journey.stops.length > 0 && <Strip journey={journey} placeName={placeName} />}
          <Exports subject={subject.replace(/#.*/, '')} kind={subjectKind(subject)} />
        </div>
        <div>
          <section aria-labelledby="graph">
            <div class="sh">
              <h2 id="graph">{words.t('graph.title')}</h2>
            </div>
            <Graph subject={subject.replace(/#.*/, '')} ask={ask} open={open} names={names} marks={marks} />
          </section>
        </div>
      </div>
    </>
  )
}

function provenCount(rows: readonly EventRow[]): number {
  return rows.filter(({ kind, stamps }) => kind === 'event' && stamps !== undefined).length
}
