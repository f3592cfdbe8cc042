/** In Chinese, the reasons (`why`) of what stands in front of an operator: the code says what, the reason which of its cases. In English they stand as they are. */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'choose an action first': '请先扫步骤卡或按步骤键',
    'nothing is open': '没有未完成的操作',
    'nothing has been packed': '尚未装入任何物品',
    'the unit itself was not read': '尚未读到包装单元本身',
    'only a transformation has a second part': '只有加工才分投入和产出',
    'scan the inputs first': '请先扫投入的原料',
    'the outputs are being scanned already': '已经在扫产出',
    'it is an input of this transformation': '它是本次加工的投入',
    'inputs, "next" and outputs are needed': '需要投入、“产出”卡和产出',
    'an act is open; "cancel" drops it': '有未完成的操作，扫“取消”可放弃',
    'scan the recalled goods first': '请先扫被召回的货物',
    'several recalls stand: scan goods of one first, or answer at the page':
      '有多个召回：请先扫其中一个召回的货物，或在页面上答复',
    'this recall does not name these goods': '此召回不涉及这些货物',
    'no such recall stands': '没有这个生效的召回',
    'no recall stands': '目前没有生效的召回',
    'the label does not tell how much it is: answer at the page': '标签未标明数量：请在页面上填写数量',
    'there is no act to undo': '没有可撤销的操作',
    'stamps are kept until then': '此前的戳均予保留',
    'it does not send AIM identifiers ("AIM code ID" or "send code ID: AIM")':
      '未发送 AIM 标识（“AIM code ID”或“send code ID: AIM”）',
    'it drops FNC1: set it to send FNC1 as GS (0x1D), and to serial instead of keyboard mode':
      '丢弃了 FNC1：请设为将 FNC1 发送为 GS (0x1D)，并用串口而非键盘模式',
    'it sends something else for FNC1: set it to send GS (0x1D)': 'FNC1 被发送成其他字符：请设为 GS (0x1D)',
  }),
)

const WITH_VALUES: readonly [RegExp, string][] = [
  [/^it was more than (\d+) min ago$/, '已超过 $1 分钟'],
  [/^the weight has (\d+) decimals$/, '重量有 $1 位小数'],
  [/^it sends (\S+), which is no GS1 symbol: switch GS1 decoding on$/, '发送的是 $1，不是 GS1 码：请开启 GS1 解码'],
  [/^without (\S+) nothing is stamped$/, '缺少 $1，不会盖戳'],
  [/^without (\S+) and (\S+) nothing is stamped$/, '缺少 $1 和 $2，不会盖戳'],
]

/** A reason in Chinese, if there is one, also of several with `; ` between them: what instruments, systems and ledgers say stands as they say it. */
export function reasonInChinese(why: string): string {
  const known = one(why)
  if (known !== undefined) return known
  const parts = why.split('; ').map(one)
  return parts.every((part) => part !== undefined) ? parts.join('；') : why
}

function one(why: string): string | undefined {
  const [pattern, words = ''] = WITH_VALUES.find(([form]) => form.test(why)) ?? []
  return pattern ? why.replace(pattern, words) : REASONS.get(why)
}
