import type { FileVerdict } from './file-verdict.ts'

export type Lang = 'en' | 'zh'

type Texts = { [key: string]: Record<Lang, string> }

/** The verdict in a word. */
const RESULTS: Record<FileVerdict['result'], Record<Lang, string>> = {
  holds: { en: 'HOLDS', zh: '成立' },
  fails: { en: 'DOES NOT HOLD', zh: '不成立' },
  unchecked: { en: 'CANNOT BE DECIDED', zh: '无法判定' },
}

/** What goods are called that must not go on, by the verdict's code: the word, and the sentence. */
const STOPPED: { [code: string]: { word: Record<Lang, string>; sentence: string } } = {
  RECALLED: { word: { en: 'RECALLED', zh: '已被召回' }, sentence: 'bundle.recalled' },
  HELD: { word: { en: 'HELD', zh: '已被扣留' }, sentence: 'bundle.held' },
}

/** Sentences by kind and result; a bundle's by its verdict. */
const SENTENCES: Texts = {
  'bundle.consistent': {
    en: 'The records agree: {events} records about {subject}, all signed, in the ledger {origin}, none left out.',
    zh: '记录一致：关于 {subject} 的 {events} 条记录，签名有效，都在账本 {origin} 里，一条不少。',
  },
  'bundle.none': {
    en: 'No record: the ledger {origin} proves that {subject} was never entered in it.',
    zh: '无记录：账本 {origin} 证明 {subject} 从未登记。',
  },
  'bundle.recalled': {
    en: '{subject} has been recalled. The records are proven.',
    zh: '{subject} 已被召回。记录本身成立。',
  },
  'bundle.held': {
    en: '{subject} is held until people let it go. The records are proven.',
    zh: '{subject} 已被扣留，等待负责人放行。记录本身成立。',
  },
  'bundle.elsewhere': { en: '{subject} was seen elsewhere too.', zh: '{subject} 在别处也出现过。' },
  'bundle.fails.test': {
    en: 'A test that was recorded gives something else when it is run again from its evidence.',
    zh: '用证据重新计算时，一项检测的结果与记录不同。',
  },
  'bundle.fails': {
    en: 'Does not check out: the check "{detail}" fails ({code}).',
    zh: '记录不符：“{detail}”这一项核对不过（{code}）。',
  },
  'bundle.unchecked': {
    en: 'Nothing contradicts itself, but the check "{detail}" cannot be made ({code}), so nothing good can be said.',
    zh: '没有发现矛盾，但“{detail}”这一项无法核对（{code}），所以不能说它好。',
  },
  'tlog-proof.holds': {
    en: 'Entry {entry} is in the ledger {origin}, as it was at {size} entries.',
    zh: '第 {entry} 条在账本 {origin} 里（账本共 {size} 条时）。',
  },
  'transparent.holds': {
    en: 'The ledger {ledger} signed that this statement is its entry {entry}, at {size} entries.',
    zh: '账本 {ledger} 签字说明：这份声明是它的第 {entry} 条（账本共 {size} 条时）。',
  },
  'receipt.holds': {
    en: 'The ledger {ledger} signed that the statement given is its entry {entry}, at {size} entries.',
    zh: '账本 {ledger} 签字说明：所给的声明是它的第 {entry} 条（账本共 {size} 条时）。',
  },
  'fork.holds': {
    en: 'The ledger {origin} signed two states that exclude each other. Only the holder of its key can have done that.',
    zh: '账本 {origin} 签署了两个互相矛盾的状态。只有持有它钥匙的人才做得到。',
  },
  'fork.unchecked': {
    en: 'The ledger {origin} signed both states; this file does not show that they exclude each other.',
    zh: '账本 {origin} 签署了这两个状态；这个文件没有证明二者互相矛盾。',
  },
  fails: {
    en: 'The file does not prove what it claims: {code}. {detail}',
    zh: '文件不能证明它所说的：{code}。{detail}',
  },
  unchecked: {
    en: 'It cannot be decided with what was given: {code}. {detail}',
    zh: '凭所给的东西无法判定：{code}。{detail}',
  },
}

const LABELS: Texts = {
  subject: { en: 'subject', zh: '对象' },
  state: { en: 'verdict', zh: '结论' },
  origin: { en: 'ledger', zh: '账本' },
  ledger: { en: 'ledger', zh: '账本' },
  size: { en: 'entries in all', zh: '总条目' },
  root: { en: 'root', zh: '根' },
  sealedAt: { en: 'sealed at', zh: '封印时间' },
  events: { en: 'records', zh: '记录' },
  takenBack: { en: 'taken back', zh: '已撤销' },
  findings: { en: 'found by the rules', zh: '规则发现' },
  times: { en: 'times in doubt', zh: '存疑的时间' },
  recalls: { en: 'recalls', zh: '召回' },
  holds: { en: 'holds', zh: '扣留' },
  losses: { en: 'statements lost, as declared', zh: '已申报丢失的声明' },
  tests: { en: 'tests, run again', zh: '检测（已重新计算）' },
  cosigned: { en: 'witnesses', zh: '见证方' },
  checks: { en: 'checks', zh: '核对' },
  entry: { en: 'entry', zh: '条目' },
  seal: { en: 'is a seal', zh: '是封印' },
  trees: { en: 'states', zh: '状态' },
  signer: { en: 'says to be from', zh: '自称来自' },
  station: { en: 'station', zh: '站点' },
  key: { en: 'key', zh: '钥匙' },
  seq: { en: 'number of its key', zh: '该钥匙的序号' },
  count: { en: 'events in it', zh: '所含事件' },
  signedAt: { en: 'signed at (says its clock)', zh: '签名时间（据其时钟）' },
  receiptAt: { en: 'receipt of', zh: '回执时间' },
  signerChecked: { en: "signer's signature checked", zh: '已核对签名者的签名' },
}

const YES: Record<Lang, readonly [string, string]> = { en: ['no', 'yes'], zh: ['否', '是'] }

const CAVEAT: Record<Lang, string> = {
  en: 'It does not say that what was recorded is true.',
  zh: '这不说明所记内容属实。',
}

/** The operator's language: TRISTAMP_LANG, else what the system says, else English. */
export function langOf(env: { [name: string]: string | undefined }): Lang {
  const tag = env['TRISTAMP_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** The verdict as lines for a person: word, sentence, what was found. */
export function wordsOf(verdict: FileVerdict, lang: Lang): string[] {
  const { kind, result, code = '', detail = '', facts } = verdict
  const named = kind === 'bundle' && result === 'holds' ? `bundle.${String(facts['state'])}` : `${kind}.${result}`
  const by = code === 'TEST_DIFFERS' ? 'bundle.fails.test' : (STOPPED[code]?.sentence ?? named)
  const sentence = SENTENCES[by] ?? SENTENCES[result]!
  const values: { [name: string]: unknown } = { ...facts, code, detail }
  const filled = sentence[lang].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'))
  const width = Math.max(0, ...Object.keys(facts).map((name) => widthOf(labelOf(name, lang))))
  const rows = Object.entries(facts).flatMap(([name, value]) => {
    const label = labelOf(name, lang)
    const lines =
      typeof value === 'object' ? value : [typeof value === 'boolean' ? YES[lang][Number(value)]! : String(value)]
    return lines.map(
      (line, i) => `  ${i === 0 ? label + ' '.repeat(width - widthOf(label)) : ' '.repeat(width)}  ${line}`,
    )
  })
  return [
    `${(STOPPED[code]?.word ?? RESULTS[result])[lang]}: ${filled}`,
    ...(result === 'holds' && kind !== 'fork' ? [CAVEAT[lang]] : []),
    ...rows,
  ]
}

function labelOf(name: string, lang: Lang): string {
  return LABELS[name]?.[lang] ?? name
}

/** Columns in a terminal: a Chinese character takes two. */
function widthOf(text: string): number {
  return [...text].reduce((sum, char) => sum + (char > '\u2e7f' ? 2 : 1), 0)
}
