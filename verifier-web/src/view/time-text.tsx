import type { VNode } from 'preact'
import type { TimeDoubt } from '../time-doubt.ts'
import { useLanguage } from './parts.tsx'

/** How far a stop's time can be relied on, where its clock alone does not say. */
export function TimeText({ doubt, offset }: { doubt: TimeDoubt; offset: string }): VNode {
  const { t, format } = useLanguage()
  const at = (ms: number): string => format.moment({ ms, offset })
  switch (doubt.kind) {
    case 'placed':
    case 'loose':
      return <span>{t(`time.${doubt.kind}`, { doubt: format.doubt(doubt.withinMs) })}</span>
    case 'between':
      return <span>{t('time.between', { from: at(doubt.fromMs), to: at(doubt.toMs) })}</span>
    case 'before':
      return <span>{t('time.before', { to: at(doubt.toMs) })}</span>
    case 'contradicted':
      return (
        <span>
          {doubt.toMs === undefined ? t('time.contradicted') : t('time.contradicted.ledger', { to: at(doubt.toMs) })}
        </span>
      )
  }
}
