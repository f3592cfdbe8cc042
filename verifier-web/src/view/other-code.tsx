import type { VNode } from 'preact'
import type { Scanned } from '../scanned.ts'
import { useLanguage } from './parts.tsx'
import { inSameLanguage } from './top.tsx'

/** A code that is shown and not followed, in its own letters; what it says of goods can be checked here. */
export function OtherCode({ scanned, text }: { scanned: Scanned; text: string }): VNode {
  const { t } = useLanguage()
  const path = scanned.kind === 'text' ? undefined : scanned.path
  return (
    <div class="other" role="status">
      {scanned.kind !== 'goods' && (
        <p>{scanned.kind === 'foreign' ? t('scan.foreign', { host: scanned.host }) : t('scan.text')}</p>
      )}
      <p class="code">{text}</p>
      {path !== undefined && (
        <a class="btn" href={inSameLanguage(path)}>
          {t('scan.here')}
        </a>
      )}
    </div>
  )
}
