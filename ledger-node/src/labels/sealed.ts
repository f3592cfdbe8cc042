import { randomBytes } from 'node:crypto'
import {
  commitmentOf,
  groupedSecret,
  SECRET_RANDOM_BYTES,
  type SealedSecret,
  sealedAddress,
  secretFrom,
} from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { type Face, LEAST_MODULE, linesOf, wholeDots } from './face.ts'
import { qrMatrix } from './matrix.ts'
import { grouped, type Label } from './order.ts'

// The second part of a pack's labels, under a scratch layer or inside: docs/spec/sealed-code.md.

/** A label, and the secret of its pack: nowhere but in memory and on what is printed. */
export interface SealedLabel {
  label: Label
  secret: SealedSecret
}

export function sealed(label: Label): SealedLabel {
  return { label, secret: secretFrom(randomBytes(SECRET_RANDOM_BYTES)) }
}

/** What the manifest says of it. */
export function commitmentFor({ label, secret }: SealedLabel): [item: string, commitment: string] {
  return [label.subject, commitmentOf(label.subject, secret)]
}

const EDGE = 1.5
const WORDS = {
  zh: { title: '密封码', hint: '拆开后扫码，首次打开会登记', serial: '序列号' },
  en: { title: 'Sealed code', hint: 'Scan once opened', serial: 'Serial' },
} as const

/** The secret for people, and as a small QR Code. @param dots of a millimetre, where it is drawn in dots @throws LedgerError LABEL_SPACE */
export function sealedFace(
  { label, secret }: SealedLabel,
  size: { width: number; height: number },
  dots: number = Number.POSITIVE_INFINITY,
): Face {
  const matrix = qrMatrix(sealedAddress(label.address, secret), 'M')
  const side = matrix.width + 2 * matrix.quiet
  const module = wholeDots(Math.min(0.4, (size.height - 2 * EDGE) / side, (size.width * 0.42) / side), dots)
  if (module < LEAST_MODULE)
    throw new LedgerError('LABEL_SPACE', `modules of ${module.toFixed(2)} mm; ${LEAST_MODULE} mm are the least`)
  const words = WORDS[label.order.language]
  const left = EDGE + side * module + 1
  const wishes = [
    { text: words.title, size: 2.4 },
    { text: groupedSecret(secret), size: 3, bold: true },
    { text: words.hint, size: 1.8 },
    { text: `${words.serial} ${grouped(label.serial)}`, size: 1.8 },
  ]
  const placed = { matrix, module, x: EDGE + matrix.quiet * module, y: (size.height - matrix.height * module) / 2 }
  return { ...size, symbols: [placed], lines: linesOf(wishes, left, size.width - EDGE - left, size.height) }
}
