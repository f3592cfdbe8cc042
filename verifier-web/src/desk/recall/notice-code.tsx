import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import encodeQR from 'qr'
import type { RecallWords } from './words/index.ts'

/** Modules of quiet around a QR code (ISO/IEC 18004). */
const QUIET = 4

/** The notice's address as a QR code: for a screen that others see, and for print. */
export function NoticeCode({ id, words: { t } }: { id: string; words: RecallWords }): VNode {
  const [isOpen, setOpen] = useState(false)
  const link = `${location.origin}/notice?recall=${id}`
  return (
    <details class="rc-code" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('notice.code')}</summary>
      {isOpen && <Code text={link} label={t('notice.code')} />}
      <p class="rc-note">{t('notice.scan')}</p>
      <p class="rc-note">{link}</p>
    </details>
  )
}

function Code({ text, label }: { text: string; label: string }): VNode {
  const { path, size } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
    return {
      size: rows.length,
      path: rows.map((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join('')).join(''),
    }
  }, [text])
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <path class="light" d={`M0 0h${size}v${size}H0z`} />
      <path class="dark" d={path} />
    </svg>
  )
}
