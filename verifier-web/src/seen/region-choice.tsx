import { scanRegion } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { PROVINCES } from './province.ts'
import { keepRegion, keptRegion } from './shelf.ts'
import { useSeenWords } from './words/index.ts'

/** The province that a reader may name: kept on the device, and told with the next look. */
export function RegionChoice(): VNode {
  const { t, lang } = useSeenWords()
  const provinces = PROVINCES.map((code): [string, string] => [code, t(`province.${code}`)])
  const [region, setRegion] = useState(() => scanRegion(keptRegion()) ?? '')
  const choose = (chosen: string): void => {
    setRegion(chosen)
    keepRegion(scanRegion(chosen))
  }
  return (
    <p class="field">
      <label for="own-region">{t('region.own')}</label>
      <select id="own-region" value={region} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t('region.none')}</option>
        {provinces
          .sort(([, a], [, b]) => a.localeCompare(b, lang))
          .map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
      </select>
    </p>
  )
}
