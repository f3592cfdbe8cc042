/** @jsxImportSource ../dom */
import type { Child } from '../dom/jsx-runtime.ts'
import { Broken, Mark } from '../dom/parts.tsx'
import type { FirstKey, FirstLanguage } from '../i18n/index.ts'

const SAID = {
  checking: ['word.checking', 'say.checking', 'next.checking'],
  // They may still come, and the verdict with them.
  late: ['word.unchecked', 'say.unchecked.timeout', 'next.unchecked'],
  // Why they did not come is not known here, nor when this device last checked.
  failed: ['word.unchecked', 'say.unchecked.fault', 'next.unchecked'],
} as const satisfies Record<string, readonly FirstKey[]>

/** Where the verdict stands, and what is said until it does: one place, so that who hears the page is told when it changes. */
export function VerdictPlace({ children }: { children?: Child }): Node {
  return (
    <section class="verdict" id="verdict" role="status" aria-live="polite" tabindex="-1">
      {children}
    </section>
  )
}

/** What stands in the verdict's place until the checks are there, and what when they don't come. Who has no script is told so instead. */
export function waitingPart(state: keyof typeof SAID, { t }: FirstLanguage): Node {
  const [word, say, next] = SAID[state]
  return (
    <main>
      <div class="lead">
        <VerdictPlace>
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
          {state !== 'checking' && (
            <p class="act">
              <button type="button" class="btn solid" onClick={() => location.reload()}>
                {t('act.unchecked')}
              </button>
            </p>
          )}
        </VerdictPlace>
      </div>
    </main>
  )
}
