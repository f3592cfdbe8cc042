/** @jsxImportSource ../dom */
import { Broken, Mark } from '../dom/parts.tsx'
import type { FirstKey, FirstLanguage } from '../i18n/index.ts'

const SAID = {
  checking: ['word.checking', 'say.checking', 'next.checking'],
  // Why they did not come is not known here, nor when this device last checked.
  failed: ['word.unchecked', 'say.unchecked.fault', 'next.unchecked'],
} as const satisfies Record<string, readonly FirstKey[]>

/** What stands in the verdict's place until the checks are there, and what when they don't come. Who has no script is told so instead. */
export function waitingPart(state: keyof typeof SAID, { t }: FirstLanguage): Node {
  const [word, say, next] = SAID[state]
  return (
    <main>
      <div class="lead">
        <section class="verdict" role="status">
          <div>
            <div class="head">
              <Mark id="i-wait" />
              {state === 'checking' && <p class="when">{t('when.checking')}</p>}
            </div>
            <h1>
              <Broken text={t(word)} />
            </h1>
            <p class="say">
              <Broken text={t(say)} />
            </p>
            <p class="next">
              <b>{t('next')}</b>
              <span>
                <Broken text={t(next)} />
              </span>
            </p>
          </div>
          {state === 'failed' && (
            <p class="act">
              <button type="button" class="btn solid" onClick={() => location.reload()}>
                {t('act.unchecked')}
              </button>
            </p>
          )}
        </section>
      </div>
    </main>
  )
}
