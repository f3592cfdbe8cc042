import '../style/way.css'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { arriving } from '../incomplete.ts'
import type { Journey } from '../journey.ts'
import type { Way, WayFound } from '../way.ts'
import { type NamedWay, waysOf } from '../ways.ts'
import { type Naming, nameOf } from './naming.ts'
import { Head, useLanguage } from './parts.tsx'

/** Only the line: no map is asked for, so nobody learns what is being looked at. */
function Line({ way }: { way: Way }): VNode {
  const pad = 8
  return (
    <svg
      class="drawn"
      viewBox={`${-pad} ${-pad} ${way.width + 2 * pad} ${way.height + 2 * pad}`}
      aria-hidden="true"
      data-points={way.points}
    >
      <path d={way.path} />
      <circle class="from" cx={way.start.x} cy={way.start.y} r="5" />
      <circle class="to" cx={way.end.x} cy={way.end.y} r="5" />
    </svg>
  )
}

function One({ named, naming }: { named: NamedWay; naming: Naming }): VNode {
  const { t, format } = useLanguage()
  const [found, setFound] = useState<WayFound | undefined>()
  useEffect(() => {
    let shown = true
    const finding = import('../way.ts').then(({ findWay }) => findWay(named.id))
    void arriving(named.id, finding).then((result) => {
      if (shown) setFound(result)
    })
    return () => {
      shown = false
    }
  }, [named.id])
  const { offset } = named
  const moment = (ms: number): string => `${format.day({ ms, offset })} ${format.time({ ms, offset })}`
  const way = found?.state === 'agrees' ? found.way : undefined
  return (
    <figure class={found?.state === 'differs' ? 'wayfound t-stop' : 'wayfound'}>
      {way !== undefined && <Line way={way} />}
      <figcaption>
        <b>{nameOf(named.station, naming)}</b>
        {way !== undefined && (
          <span class="num">
            {t('way.length', { distance: format.distance(way.metres), time: format.duration(way.toMs - way.fromMs) })}
          </span>
        )}
        {way !== undefined && (
          <span class="num">
            <i class="mark from" /> {t('way.start', { time: moment(way.fromMs) })} <i class="mark to" />{' '}
            {t('way.end', { time: moment(way.toMs) })}
          </span>
        )}
        <small>{t(`way.${found?.state ?? 'running'}`)}</small>
        <small class="code">{t('findings.records', { n: 1, list: format.number(named.number) })}</small>
      </figcaption>
    </figure>
  )
}

/** The ways of what carried the goods, as its receiver wrote them down. Nothing where there are none. */
export function WayPart({ journey, naming }: { journey: Journey; naming: Naming }): VNode | null {
  const { t } = useLanguage()
  const ways = useMemo(() => waysOf(journey), [journey])
  if (ways.length === 0) return null
  return (
    <section class="s" id="way">
      <Head title="way" />
      <div aria-live="polite">
        {ways.map((named) => (
          <One key={named.id} named={named} naming={naming} />
        ))}
      </div>
      <p class="note">{t('way.note')}</p>
    </section>
  )
}
