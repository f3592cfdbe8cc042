import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Scanned, scannedOf } from '../scanned.ts'
import { isField, listenToWedge } from '../wedge.ts'
import { OtherCode } from './other-code.tsx'
import { useLanguage } from './parts.tsx'
import { inSameLanguage } from './top.tsx'

/** A scanner that types opens the next pack. A code that is not ours is shown; so is one of ours while words stand here that would be lost. */
export function NextPack(): VNode | null {
  const { t } = useLanguage()
  const [typed, setTyped] = useState<{ scanned: Scanned; text: string } | undefined>()
  useEffect(
    () =>
      listenToWedge((text) => {
        const scanned = scannedOf(text, location.host)
        if (scanned.kind === 'goods' && !hasWords()) location.assign(inSameLanguage(scanned.path))
        else setTyped({ scanned, text })
      }),
    [],
  )
  if (typed === undefined) return null
  return (
    <div class="staying ask">
      <OtherCode {...typed} />
      <button type="button" class="btn" onClick={() => setTyped(undefined)}>
        {t('scan.close')}
      </button>
    </div>
  )
}

/** Whether somebody wrote something here. */
function hasWords(): boolean {
  const fields = [...document.querySelectorAll('input, textarea')].filter(isField)
  return fields.some(({ value, defaultValue }) => value !== defaultValue)
}
