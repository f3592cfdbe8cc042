import { CUT_SENTENCES, type ExportScope } from './exported-event.ts'

/** How many of what an archive holds. */
export interface ArchiveCounts {
  events: number
  bundles: number
  statements: number
  /** Events in no bundle. */
  unbundled: number
}

/** How to check an archive without the ledger, for people. */
export function archiveReadme(lang: 'zh' | 'en', scope: ExportScope, counts: ArchiveCounts): string {
  const cuts = scope.incomplete.map((code) => `  ${code}: ${CUT_SENTENCES[code][lang]}`)
  return lang === 'zh' ? chinese(scope, counts, cuts) : english(scope, counts, cuts)
}

function asked({ subject, place, from, to }: ExportScope): string {
  return [subject, place, from !== undefined || to !== undefined ? `${from ?? ''}/${to ?? ''}` : undefined]
    .filter((one) => one !== undefined)
    .join('\n  ')
}

function english(scope: ExportScope, counts: ArchiveCounts, cuts: readonly string[]): string {
  return `Records of a ledger, with what proves them
==========================================

Asked for
  ${asked(scope)}
Ledger ${scope.origin}, as it was at ${scope.treeSize} entries; last checkpoint sealed at ${scope.checkpoint.sealedAt}
${cuts.length === 0 ? 'No bound of this export left anything out.' : `What may be missing:\n${cuts.join('\n')}`}

Files
  events.jsonl      ${counts.events} events, one a line; "event" is exactly what was signed
  bundles/          ${counts.bundles} bundles: whole histories with their proofs, and that nothing was left out of them
  statements/       ${counts.statements} proofs, one for each signed statement, that it is in the log
  index.json        which event is in which file${counts.unbundled === 0 ? '' : `; ${counts.unbundled} events are in no bundle`}
  policy            whose signatures count, as this ledger says it of itself
  SHA256SUMS        of all other files

How to check it, without the ledger and without a network
  tristamp verify bundles/0001.tristamp --policy policy
  tristamp verify statements/12.tlog-proof --policy policy
  for f in bundles/* statements/*; do tristamp verify "$f" --policy policy || echo "NOT SO: $f"; done
  sha256sum -c SHA256SUMS
The program is in the tristamp package (Node 20 or later). It ends with 0 when what the file claims holds.

Better take the policy from elsewhere than from this archive: who sends you false records can send you a false policy with them.
That records agree says that they were signed by whom they name, are in the log, and were not changed. It does not say that they are true, nor what is inside a pack.
`
}

function chinese(scope: ExportScope, counts: ArchiveCounts, cuts: readonly string[]): string {
  return `账本记录及其证明
================

查询
  ${asked(scope)}
账本 ${scope.origin}，截至第 ${scope.treeSize} 条，最近检查点封存于 ${scope.checkpoint.sealedAt}
${cuts.length === 0 ? '没有因上限而省略任何内容。' : `可能缺少：\n${cuts.join('\n')}`}

文件
  events.jsonl      ${counts.events} 个事件，每行一个；"event" 与签名时逐字节相同
  bundles/          ${counts.bundles} 个证明包：完整的历史及其证明，并证明其中没有遗漏
  statements/       ${counts.statements} 个证明：每份签名声明都在日志中
  index.json        哪个事件在哪个文件里${counts.unbundled === 0 ? '' : `；有 ${counts.unbundled} 个事件不在任何证明包里`}
  policy            谁的签名算数（账本自己的说法）
  SHA256SUMS        其他所有文件的摘要

怎样离线核对（不需要账本，也不需要网络）
  tristamp verify bundles/0001.tristamp --policy policy
  tristamp verify statements/12.tlog-proof --policy policy
  for f in bundles/* statements/*; do tristamp verify "$f" --policy policy || echo "不成立：$f"; done
  sha256sum -c SHA256SUMS
程序在 tristamp 软件包中（Node 20 或更高版本）。所称属实时退出码为 0。

最好使用从别处得到的 policy：给您假记录的人也可能给您假的 policy。
记录一致，说明它们确由所写的人签署、在日志之中、没有改动过；并不说明内容真实，也不说明包装里是什么。
`
}
