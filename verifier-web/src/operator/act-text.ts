import { type Act, RECALL_ANSWERS, type StationView } from './model.ts'
import type { Words } from './words/index.ts'

export type Tone = 'ok' | 'wait' | 'stop'

/** How an act is to be seen and heard: done, begun, or refused. */
export function toneOf({ kind }: Act): Tone {
  if (kind === 'refused') return 'stop'
  return kind === 'gathered' || kind === 'said' ? 'wait' : 'ok'
}

/** What a step is called at any of these stations. */
export function stepLabel(
  name: string,
  stations: readonly StationView[],
  { pick, t }: Pick<Words, 'pick' | 't'>,
): string {
  const answer = RECALL_ANSWERS.find((state) => name === `recall/${state}`)
  if (answer !== undefined) return t('answer.step', { state: t(`answer.${answer}`) })
  const step = stations.flatMap(({ steps }) => steps).find((one) => one.name === name)
  return step ? pick(step.label) : name
}

/** One line for people. Of a refusal that it is one: its sentence stands beside. */
export function actText(act: Act, stations: readonly StationView[], words: Pick<Words, 't' | 'pick'>): string {
  const { t, pick } = words
  const step = act.action === undefined ? '' : stepLabel(act.action, stations, words)
  switch (act.kind) {
    case 'recorded':
    case 'undone':
    case 'repeated':
    case 'gathered':
      return t(`act.${act.kind}`, { step, n: act.count ?? 0 })
    case 'said':
      return t(`act.${act.what ?? 'nothing'}`, { step })
    case 'refused':
      return t('act.refused')
    case 'told':
      return act.text ? pick(act.text) : ''
  }
}

/** Identifiers as they are read on labels: `01/09506000134352/21/A1`. */
export function shortId(id: string): string {
  return id.replace('https://id.gs1.org/', '')
}
