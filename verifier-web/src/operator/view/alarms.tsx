import type { VNode } from 'preact'
import type { GatewayState } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Coded, Mark } from './parts.tsx'

/** What is not as it should be, and what to do. */
export function Alarms({ state: { alarms } }: { state: GatewayState }): VNode | null {
  const { t, pick } = useWords()
  if (alarms.length === 0) return null
  return (
    <section aria-labelledby="alarms-h">
      <h2 id="alarms-h">{t('alarms')}</h2>
      <ul class="alarms">
        {alarms.map(({ code, level, about, text }) => (
          <li key={`${code} ${about}`} class={level}>
            <Mark id={level === 'stop' ? 'r-stop' : 'r-care'} class={`t-${level}`} />
            <div>
              <p>
                <Coded text={pick(text)} />
              </p>
              <p class="code note">
                {code} {about}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
