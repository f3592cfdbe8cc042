import { SENTENCES, type Sentence } from '../error.ts'

/** What every refused batch comes to, whatever is wrong with it. */
const BROUGHT: Sentence = {
  en: 'What was brought does not follow the rules and was not recorded.',
  zh: '送来的内容不合规则，未被记录。',
}

/** Codes that are not the ledger's own, by family: of the protocol, and of gateways. The first that fits counts. */
const FAMILIES: readonly [RegExp, Sentence][] = [
  [
    /^SEQ_GAP$|^SEQ_EXPECTED$/,
    {
      en: 'A batch came before an earlier one: the gateway goes back and sends in order.',
      zh: '批次先于前一批到达：网关会退回并按顺序重发。',
    },
  ],
  [
    /^SEQ_|^PREV_/,
    {
      en: 'A gateway’s chain does not fit what is recorded: was its data folder copied or put back?',
      zh: '网关的链与已有记录不符：其数据目录是否被复制或还原？',
    },
  ],
  [
    /^KEY_SUSPENDED$|^KEY_REVOKED$|^KEY_/,
    {
      en: 'A key that does not count has signed: see who governs it with `tristamp-ledger show`.',
      zh: '签名密钥不被承认：请用 `tristamp-ledger show` 查看其状态。',
    },
  ],
  [/^SIGNATURE/, { en: 'A signature is not that of the key named.', zh: '签名与所称密钥不符。' }],
  [/^ROLE/, { en: 'A gateway did what its enrolment does not allow.', zh: '网关做了登记中不允许的操作。' }],
  [
    /^(GOODS|RECALL)/,
    { en: 'Someone tried to pass on goods that are recalled or held.', zh: '有人试图流转被召回或扣留的货物。' },
  ],
  [/^LIMIT_/, { en: 'A reading was outside its limits: look after the goods.', zh: '测量值超出限值：请查看货物。' }],
  [
    /^DEVICE_|^GNSS_|^TEST_|^TAG_/,
    { en: 'An instrument of a gateway has a fault: see the gateway’s page.', zh: '网关的仪器有故障：请看网关页面。' },
  ],
  [
    /^PORT_/,
    { en: 'A gateway cannot reach an instrument: look at cable and port.', zh: '网关连不上仪器：请检查线缆和端口。' },
  ],
  [
    /^SCAN_/,
    { en: 'A scan at a station was not understood or not allowed there.', zh: '工位上的一次扫码无法识别或不允许。' },
  ],
  [
    /^UPLINK_|^NOTICE_|^ENROLMENT_|^NOT_ENROLLED$/,
    { en: 'A gateway had trouble with its line to the ledger.', zh: '网关与账本之间的连接曾有问题。' },
  ],
  [
    /^DISK_|^DATA_|^STATUS_/,
    {
      en: 'A gateway cannot write: look at its disk. While it is full no scan is accepted there.',
      zh: '网关无法写入：请看它的磁盘。磁盘满时，那里不接受扫码。',
    },
  ],
  [
    /^OUTBOX_|^EVIDENCE_|^IMPORT_|^EXPORT_|^SEALED_|^SPECTRA_/,
    { en: 'A gateway has trouble with what it keeps: see its page.', zh: '网关的本地存储有问题：请看网关页面。' },
  ],
  [
    /^CONFIG_|^MODEL_|^LOGIN_|^TLS_|^METRICS_|^PAGE_/,
    { en: 'A gateway’s configuration is at fault: see its log.', zh: '网关的配置有误：请看它的日志。' },
  ],
  [/^(EVENT|STATEMENT|BATCH|CBOR|JSON|SALT|ROOT|COUNT|GOVERNANCE|COSE)/, BROUGHT],
]

const OTHER: Sentence = {
  en: 'See the log under this code.',
  zh: '请按此代码查看日志。',
}

/** What a code means, in both languages. A gateway may name any code: it gets the sentence of its family, or where to look. */
export function sentenceOf(code: string, source: 'ledger' | 'batch' | 'gateway' | 'witness' | 'client'): Sentence {
  const own = source === 'gateway' ? undefined : (SENTENCES as Record<string, Sentence | undefined>)[code]
  return own ?? FAMILIES.find(([family]) => family.test(code))?.[1] ?? (source === 'batch' ? BROUGHT : OTHER)
}
