import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import { useLanguage } from './parts.tsx'

/** Who prints has a desk before them; on a phone the code would only cost bytes. */
const DESK = '(min-width: 60rem)'

/** Seen on paper alone: the page's address, as text and as a code. A file's proofs may be of another site. */
export function Paper({ finding: { file, subject } }: { finding: Finding }): VNode | null {
  const { t } = useLanguage()
  if (file !== undefined) return null
  const hasCode = matchMedia(DESK).matches
  return (
    <p class="paper">
      {hasCode && <img src={`/v1/qr?${new URLSearchParams({ subject })}`} alt="" width="96" height="96" />}
      <span>
        {t('foot.paper')} <bdi class="code">{location.origin + location.pathname}</bdi>
      </span>
    </p>
  )
}
