import { toHex } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import { fetchTile } from '../fetch-beside.ts'
import { inFours } from '../in-fours.ts'
import { deviceOffset } from '../local-time.ts'
import { shortOf } from './naming.ts'
import { useLanguage } from './parts.tsx'

function download(content: Uint8Array | string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
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

function useTrustText({ policySinceMs, failure, file }: Finding): string {
  const { t, format } = useLanguage()
  if (policySinceMs !== undefined)
    return t('proof.trust.since', { at: format.moment({ ms: policySinceMs, offset: deviceOffset(policySinceMs) }) })
  if (file === 'chosen') return t('proof.trust.chosen')
  return t(failure === undefined ? 'proof.trust.first' : 'proof.trust.unkept')
}

const fileName = (text: string): string => text.replace(/[^\w-]+/g, '_')

/** What a reader who caught the ledger contradicting itself can take to others. */
function Fork({ conflict, origin }: { conflict: NonNullable<Finding['conflict']>; origin: string }): VNode {
  const { t } = useLanguage()
  const [none, setNone] = useState(false)
  const save = async (): Promise<void> => {
    const evidence = await evidenceOf(conflict, fetchTile)
    setNone(evidence === undefined)
    if (evidence !== undefined) download(evidence, 'text/plain', `${fileName(origin)}.tristamp-fork`)
  }
  return (
    <>
      <p class="note">{t('proof.fork')}</p>
      <p class="links">
        <button type="button" onClick={() => void save()}>
          {t('proof.fork.download')}
        </button>
      </p>
      {none && <p class="note">{t('proof.fork.none')}</p>}
    </>
  )
}

/** The proof itself, folded: what was signed by whom, and the bundle to check it elsewhere. */
export function Proof({ finding, onForget }: { finding: Finding; onForget: () => void }): VNode {
  const { t } = useLanguage()
  const { bundle, conflict, verdict, subject } = finding
  return (
    <details>
      <summary>{t('proof')}</summary>
      <div class="body">
        {conflict !== undefined && <Fork conflict={conflict} origin={verdict?.checkpoint?.origin ?? ''} />}
        <Rows finding={finding} />
        <p class="links">
          {bundle !== undefined && (
            <button
              type="button"
              onClick={() => download(bundle, 'application/cbor', `${fileName(shortOf(subject))}.tristamp`)}
            >
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
