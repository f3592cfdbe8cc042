import type { VNode } from 'preact'
import type { Journey } from '../../journey.ts'
import { type Gap, rowsOf } from '../../journey-rows.ts'
import type { Stop } from '../../stop.ts'
import { useWords } from '../words/index.ts'
import { Minis } from './minis.tsx'
import { Mark } from './parts.tsx'

export interface StripProps {
  journey: Journey
  /** Whose journey it is, where it is not that of the subject itself. */
  of: string | undefined
  placeName: (uri: string) => string
}

/** Stops in order, with the silences between them; no map is needed, and none is asked of anyone. */
export function Strip({ journey, of, placeName }: StripProps): VNode {
  const { t } = useWords()
  const rows = rowsOf(journey).filter((row): row is Stop | Gap => row.kind === 'stop' || row.kind === 'gap')
  return (
    <section aria-labelledby="strip">
      <div class="sh">
        <h2 id="strip">
          {t('strip.title')} {of !== undefined && <span class="code">{of}</span>}
        </h2>
        <span class="note">{t('strip.sum', { n: journey.stops.length })}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <ol class="strip" tabIndex={0} aria-label={t('strip.title')}>
        {rows.map((row, i) => (
          <li key={i} class={row.kind}>
            {row.kind === 'stop' ? <StopCard stop={row} name={placeName(row.station)} /> : <GapCard gap={row} />}
          </li>
        ))}
      </ol>
    </section>
  )
}

function StopCard({ stop, name }: { stop: Stop; name: string }): VNode {
  const { t, format } = useWords()
  const [from, to] = [format.moment(stop.from), format.moment(stop.to)]
  const [first, last] = [format.time(stop.from), format.time(stop.to)]
  // Of one day the date is said once.
  const until = from.replace(first, '') === to.replace(last, '') ? last : to
  return (
    <>
      <b>{name === '' ? t('strip.unknown') : name}</b>
      <span>{stop.steps.map((step) => t(`step.${step}`)).join(t('journey.list'))}</span>
      <span class="note">{from === to ? from : `${from} – ${until}`}</span>
      <Minis stamps={stop.stamps} />
    </>
  )
}

function GapCard({ gap }: { gap: Gap }): VNode {
  const { t, format } = useWords()
  return (
    <>
      <span class="row t-care">
        <Mark id="r-care" />
        {t('strip.gap', { length: format.duration(gap.toMs - gap.fromMs) })}
      </span>
      <span class="note">{format.moment({ ms: gap.fromMs, offset: gap.offset })}</span>
    </>
  )
}
