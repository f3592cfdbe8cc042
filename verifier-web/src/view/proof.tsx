import { toHex } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import { inFours } from '../format.ts'
import { deviceOffset } from '../local-time.ts'
import { shortOf } from './naming.ts'
import { useLanguage } from './parts.tsx'

function download(finding: Finding): void {
  if (finding.bundle === undefined) return
  const url = URL.createObjectURL(new Blob([finding.bundle as BlobPart], { type: 'application/cbor' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${shortOf(finding.subject).replace(/[^\w-]+/g, '_')}.tristamp`
  link.click()
  // The browser reads the address when the click is handled, not later.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}

function Rows({ finding }: { finding: Finding }): VNode {
  const { t, format } = useLanguage()
  const { verdict } = finding
  const { checkpoint, sealedAtMs, events = [] } = verdict ?? {}
  const entries = [...new Set(events.map((event) => event.entry))].sort((a, b) => a - b)
  const keys = [...new Map(events.map(({ signer }) => [signer.kid, signer])).values()]
  return (
    <dl class="kv num">
      {checkpoint !== undefined && (
        <>
          <dt>{t('proof.ledger')}</dt>
          <dd class="code">{checkpoint.origin}</dd>
          <dt>{t('proof.size')}</dt>
          <dd class="code">{format.number(checkpoint.size)}</dd>
          <dt>{t('proof.root')}</dt>
          <dd class="code">{inFours(toHex(checkpoint.root)).join(' ')}</dd>
        </>
      )}
      {sealedAtMs !== undefined && (
        <>
          <dt>{t('proof.sealed')}</dt>
          <dd class="code">{format.stamp({ ms: sealedAtMs, offset: deviceOffset(sealedAtMs) })}</dd>
        </>
      )}
      {entries.length > 0 && (
        <>
          <dt>{t('proof.entries')}</dt>
          <dd class="code">{entries.map((entry) => format.number(entry)).join(' ')}</dd>
        </>
      )}
      {keys.length > 0 && (
        <>
          <dt>{t('proof.keys')}</dt>
          <dd>
            {keys.map((signer) => (
              <p key={signer.kid}>
                {signer.org}/{signer.gateway} <span class="code">{inFours(signer.kid.slice(0, 16)).join(' ')} …</span>
                {signer.endedLater && `, ${t('proof.ended')}`}
              </p>
            ))}
          </dd>
        </>
      )}
      <dt>{t('proof.trust')}</dt>
      <dd>{useTrustText(finding)}</dd>
    </dl>
  )
}

function useTrustText({ policySinceMs, failure }: Finding): string {
  const { t, format } = useLanguage()
  if (policySinceMs !== undefined)
    return t('proof.trust.since', { at: format.moment({ ms: policySinceMs, offset: deviceOffset(policySinceMs) }) })
  return t(failure === undefined ? 'proof.trust.first' : 'proof.trust.unkept')
}

/** The proof itself, folded: what was signed by whom, and the bundle to check it elsewhere. */
export function Proof({ finding, onForget }: { finding: Finding; onForget: () => void }): VNode {
  const { t } = useLanguage()
  return (
    <details>
      <summary>{t('proof')}</summary>
      <div class="body">
        <Rows finding={finding} />
        <p class="links">
          {finding.bundle !== undefined && (
            <button type="button" onClick={() => download(finding)}>
              {t('proof.download')}
            </button>
          )}
          <a href="/v1/policy">{t('proof.policy')}</a>
          <a href="/checkpoint">{t('proof.checkpoint')}</a>
        </p>
        <p class="note">{t('proof.elsewhere')}</p>
        {finding.policySinceMs !== undefined && (
          <>
            <p class="links">
              <button type="button" onClick={onForget}>
                {t('proof.forget')}
              </button>
            </p>
            <p class="note">{t('proof.forget.why')}</p>
          </>
        )}
      </div>
    </details>
  )
}
