import { isStanding, type Verdict } from '@tristamp/protocol'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Finding } from '../../check.ts'
import { codeOf } from '../../own/answer.ts'
import { AT_FIRST, checkOthers, checkSubject, deskMemory, MORE, othersOf } from '../checked.ts'
import type { DeskClient } from '../client.ts'
import { type RecallTotals, readTotals } from '../figures.ts'
import { readStandings, readTrace, type Standing, type Trace } from '../graph/trace.ts'
import { daysOf } from '../rows.ts'

/** All that was had of a subject so far. */
export interface SubjectState {
  /** The check of the subject itself. */
  own: Finding | undefined
  /** Verdicts of it and of what belongs to it, in which records were proved. */
  verdicts: readonly Verdict[]
  trace: Trace | undefined
  /** Why there is no trace, where there is none. */
  traceError: unknown
  standings: readonly Standing[]
  recall: RecallTotals | undefined
  /** Of the days of places and vehicles on which goods were there; undefined until all of them are checked. */
  days: readonly Verdict[] | undefined
  /** Other numbers: checked, under way, in all. */
  done: number
  asked: number
  of: number
  /** Checks some more. */
  more: () => void
}

const ALL = { back: 64, forward: 64 }
/** Days of places and vehicles whose measurements are looked at. */
const MAX_DAYS = 60
const NOTHING: Trace = { subject: '', treeSize: 0, nodes: [], links: [], unread: 0, incomplete: [] }

/** Asks for the proofs of a subject and checks them, for its trace, and then for the proofs of what the trace names. */
export function useSubject(subject: string, ask: DeskClient, local: Storage | undefined): SubjectState {
  const memory = useMemo(() => deskMemory(local), [local])
  const [own, setOwn] = useState<Finding>()
  const [others, setOthers] = useState<readonly Finding[]>([])
  const [trace, setTrace] = useState<Trace>()
  const [traceError, setTraceError] = useState<unknown>()
  const [standings, setStandings] = useState<readonly Standing[]>([])
  const [recall, setRecall] = useState<RecallTotals>()
  const [days, setDays] = useState<{ of: number; verdicts: readonly Verdict[] }>()
  const [asked, setAsked] = useState(AT_FIRST)
  const begun = useRef(0)
  const leaving = useMemo(() => new AbortController(), [])
  const { signal } = leaving
  const goods = subject.replace(/#.*/, '')
  useEffect(() => {
    const show = (what: () => void): void => {
      if (!signal.aborted) what()
    }
    const readOwn = async (): Promise<void> => {
      const finding = await checkSubject(subject, memory)
      show(() => setOwn(finding))
      const standing = finding.verdict?.recalls.find(isStanding)
      if (standing === undefined) return
      // Without it the figures are those of the records.
      const totals = await readTotals(ask, standing.recall.id).catch(() => undefined)
      show(() => setRecall(totals))
    }
    const readWay = async (): Promise<void> => {
      try {
        const found = await readTrace(ask, goods, ALL, () => !signal.aborted)
        show(() => setTrace(found))
      } catch (error) {
        show(() => {
          setTrace({ ...NOTHING, subject: goods })
          if (codeOf(error) !== 'NOT_FOUND') setTraceError(error)
        })
      }
    }
    const readPlaces = async (): Promise<void> => {
      const found = await readStandings(ask, goods).catch(() => undefined)
      show(() => setStandings(found?.standings ?? []))
    }
    void readOwn()
    void readWay()
    void readPlaces()
    return () => leaving.abort()
  }, [])
  const rest = useMemo(() => (trace === undefined ? [] : othersOf(trace)), [trace])
  // The policy and the ledger's state that the first check pins are those that the others must fit.
  const isReady = own !== undefined && own.state !== 'unchecked'
  useEffect(() => {
    if (!isReady || begun.current >= Math.min(asked, rest.length)) return
    const next = rest.slice(begun.current, asked)
    begun.current += next.length
    const tell = (finding: Finding): void => {
      if (!signal.aborted) setOthers((before) => [...before, finding])
    }
    void checkOthers(next, memory, tell, () => !signal.aborted)
  }, [rest, asked, isReady])
  const verdicts = useMemo(
    () => [own, ...others].flatMap((finding) => (finding === undefined ? [] : verdictOf(finding))),
    [own, others],
  )
  const isDone = isReady && trace !== undefined && others.length >= Math.min(asked, rest.length)
  useEffect(() => {
    if (!isDone || days?.of === verdicts.length) return
    const readDays = async (): Promise<void> => {
      const found: Finding[] = []
      await checkOthers(
        daysOf(verdicts, MAX_DAYS),
        memory,
        (finding) => found.push(finding),
        () => !signal.aborted,
      )
      if (!signal.aborted) setDays({ of: verdicts.length, verdicts: found.flatMap(verdictOf) })
    }
    void readDays()
  }, [isDone, verdicts])
  return {
    own,
    verdicts,
    days: days?.verdicts,
    trace,
    traceError,
    standings,
    recall,
    done: others.length,
    asked: Math.min(asked, rest.length),
    of: rest.length,
    more: () => setAsked(asked + MORE),
  }
}

/** The verdict of a check that was made now. */
function verdictOf({ verdict, failure }: Finding): Verdict[] {
  return verdict === undefined || failure !== undefined ? [] : [verdict]
}
