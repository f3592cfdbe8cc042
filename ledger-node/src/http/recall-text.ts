import type { Localized } from '@tristamp/protocol'
import type { RecordedRecall } from '../directory.ts'
import { LedgerError } from '../error.ts'
import { noticeAddress, pageAddress } from './page-address.ts'

/** A recall as a notice to print, to hang up and to send on: plain text in both languages, the words of whoever recalls. */
export function recallText(one: RecordedRecall, publicUrl: string, organisation: Localized | undefined): string {
  const { recall, entry, since, at, lifted } = one
  const { id, org, contact, subjects } = recall
  const name = organisation === undefined ? org : `${organisation.zh} ${organisation.en}`
  const block = (title: string, { zh, en }: Localized): string[] => [title, `  ${zh}`, `  ${en}`, '']
  return [
    ...titleOf(one),
    '',
    `${name}, ${since}`,
    ...(lifted === undefined ? [] : [`解除 Lifted: ${at}: ${lifted.reason}`]),
    '',
    ...block('原因 Why', recall.reason),
    ...block('危害 Danger', recall.hazard),
    ...block('消费者怎么办 If you have some', recall.consumer),
    ...block('经营者怎么办 If you sell or store it', recall.holder),
    ...(contact === undefined ? [] : [`咨询 Ask: ${contact}`, '']),
    '涉及 Concerns',
    ...subjects.map((subject) => `  ${addressOf(publicUrl, subject)}`),
    '',
    `账本第 ${entry} 条 Ledger entry ${entry}: ${publicUrl}/v1/recalls/${id}`,
    `打开、打印、转发、答复 Open, print, forward, answer: ${noticeAddress(publicUrl, id)}`,
    '扫包装上的码，本机核对。 Scan the code on the pack: your own device checks it.',
    '',
  ].join('\n')
}

function titleOf({ recall, lifted }: RecordedRecall): string[] {
  if (recall.drill) return ['*** 演练，不是真的召回 ***', '*** DRILL, NOT A RECALL ***']
  if (lifted !== undefined) return ['召回已解除', 'RECALL LIFTED']
  return [`召回（${recall.class} 级）`, `RECALL (class ${recall.class})`]
}

/** Where its page is on this node; identifiers of a producer's own have none. */
function addressOf(publicUrl: string, subject: string): string {
  try {
    return pageAddress(publicUrl, subject)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return subject
  }
}
