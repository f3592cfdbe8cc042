/** Steps of stations as operators know them; a step of their own has the name that they gave it. */
const STEPS: Readonly<Record<string, string>> = {
  commission: '登记',
  transform: '加工',
  pack: '装箱',
  unpack: '拆箱',
  load: '装车',
  unload: '卸车',
  ship: '发货',
  receive: '收货',
  sell: '售出',
  handle: '处理',
  observe: '观测',
}

/** What a device does, and what a spectrum comes to. */
const WORDS: Readonly<Record<string, string>> = {
  up: '正常',
  degraded: '不稳定',
  down: '不可用',
  consistent: '相符',
  suspicious: '可疑',
  inconclusive: '无法判定',
  acknowledged: '已知悉',
  quarantined: '已隔离',
  returned: '已退回',
  destroyed: '已销毁',
  sold: '已售出',
  none: '没有此货',
}

/** Of what a form has found; a part that it need not have may be missing. */
type Say = (...groups: string[]) => string

const things = (count: string): string => (count === '1 item' ? '1 件' : count.replace(/ items$/, ' 件'))
const stepOf = (name: string): string =>
  name.startsWith('recall/') ? `召回答复：${wordOf(name.slice(7))}` : (STEPS[name] ?? name)
const wordOf = (name: string): string => WORDS[name] ?? name
const idsOf = (ids: string): string => ids.replace(/ and (\d+) more/g, ' 等，另有 $1 件')

/** The forms of the lines that a gateway says when nothing is wrong; identifiers and numbers in them stand as they are. */
const FORMS: readonly [RegExp, Say][] = [
  [/^✓ observe at (\S+)$/, (at) => `✓ ${at}：已记录观测`],
  [
    /^✓ undone: (\S+) (\d+ items?) (.+) at (\S+)$/,
    (step, n, ids, at) => `✓ ${at}：已撤销 ${stepOf(step)} ${things(n)} ${idsOf(ids)}`,
  ],
  [
    /^✓ (\S+) (\d+ items?) (.+) at (\S+) \(recorded already\)$/,
    (step, n, ids, at) => `✓ ${at}：${stepOf(step)} ${things(n)} ${idsOf(ids)}（此前已记录）`,
  ],
  [
    /^✓ (\S+) (\d+ items?) (.+) into (.+) at (\S+)$/,
    (step, n, ids, into, at) => `✓ ${at}：${stepOf(step)} ${things(n)} ${idsOf(ids)} → ${idsOf(into)}`,
  ],
  [/^✓ (\S+) (\d+ items?) (.+) at (\S+)$/, (step, n, ids, at) => `✓ ${at}：${stepOf(step)} ${things(n)} ${idsOf(ids)}`],
  [
    /^✓ recall (\S+): (\w+)(?: ([\d.]+)(?: (\w+))? in all)? at (\S+)$/,
    (id, state, sum, uom, at) =>
      `✓ ${at}：召回 ${id}：${wordOf(state)}${sum === undefined ? '' : `，共 ${sum}${uom === undefined ? '' : ` ${uom}`}`}`,
  ],
  [/^· (recall\/\w+) (\d+) at (\S+)$/, (step, n, at) => `· ${at}：${stepOf(step)} 第 ${n} 件`],
  [/^· (\S+) (\d+): (.+) at (\S+)$/, (step, n, id, at) => `· ${at}：${stepOf(step)} 第 ${n} 件 ${id}`],
  [/^· now: (\S+) at (\S+)$/, (step, at) => `· ${at}：当前步骤 ${stepOf(step)}`],
  [/^· cancelled: (\S+) at (\S+)$/, (step, at) => `· ${at}：已取消 ${stepOf(step)}`],
  [/^· cancelled: (\S+)$/, (step) => `· 已取消 ${stepOf(step)}`],
  [/^· nothing to cancel at (\S+)$/, (at) => `· ${at}：没有可取消的操作`],
  [/^· (\S+): now the outputs at (\S+)$/, (step, at) => `· ${at}：${stepOf(step)}，现在扫产出`],
  [
    /^· (\S+): (.+) was at antenna (\d+) for (\d+) s: (\d+) answers?(?:, strongest (\S+) dBm)?$/,
    (device, id, antenna, s, n, dbm) =>
      `· ${device}：${id} 在天线 ${antenna} 处停留 ${s} 秒，应答 ${n} 次${dbm === undefined ? '' : `，最强 ${dbm} dBm`}`,
  ],
  [
    /^· DRILL, not a recall: (.+) is named by (\S+) at (\S+)$/,
    (id, by, at) => `· ${at}：演练，并非召回：${by} 涉及 ${id}`,
  ],
  [/^✓ white reference until (\S+) at (\S+)$/, (until, at) => `✓ ${at}：白参考已测，有效至 ${until}`],
  [/^✓ test (.+): (.+) at (\S+)$/, (id, result, at) => `✓ ${at}：检测 ${id}：${resultInChinese(result)}`],
  [/^· device (\S+) is (\S+)$/, (device, state) => `· 设备 ${device} ${wordOf(state)}`],
  [
    /^· (\S+): (\S+) °C is within the limits of (\S+) again$/,
    (device, value, at) => `· ${device}：${value} °C，已回到 ${at} 的温限之内`,
  ],
  [/^· enrolled for (\S+) \((.*)\), entry (\d+)$/, (at, roles, n) => `· 已登记：${at}（${roles}），第 ${n} 条`],
  [/^· clock set by (\S+): (\S+)$/, (by, time) => `· 时钟已由 ${by} 校准：${time}`],
  [
    /^! clock: (\S+), (\S+) ms from what was expected$/,
    (fault, ms) => `! 时钟：${clockFault(fault)}，与预期相差 ${ms} 毫秒`,
  ],
  [/^· connected to (\S+)$/, (to) => `· 已连接 ${to}`],
  [/^· disconnected$/, () => '· 连接已断开'],
  [/^· the outbox has room again$/, () => '· 发件箱又有空间'],
  [/^· the outbox takes records again$/, () => '· 发件箱恢复记录'],
  [/^· the configuration is as before$/, () => '· 配置没有变化'],
  [/^· the configuration of before stays in force$/, () => '· 原配置继续有效'],
  [/^· the configuration was read again$/, () => '· 已重新读取配置'],
  [
    /^· goes on with its new key; what the old one had not brought to the ledger is signed anew$/,
    () => '· 改用新密钥；旧密钥尚未送达账本的内容将重新签名',
  ],
  [/^tristamp-agent (\S+) runs as (\S+)$/, (version, name) => `tristamp-agent ${version} 已运行：${name}`],
  [
    /^· (lifted|released): (?:DRILL, not a recall|RECALL, class (\d)|HOLD) (\S+): (.*)$/,
    (how, degree, id, why) =>
      `· ${how === 'lifted' ? '召回已解除' : '扣留已解除'}：${degree === undefined ? '' : `${degree} 级 `}${id}：${why}`,
  ],
  [
    /^· (\S+) more items and units are known to be or to hold goods of (\S+)$/,
    (n, id) => `· 已知另有 ${n} 件单品或物流单元属于或内有 ${id} 所指的货物`,
  ],
  [/^· HOLD (\S+): (.*)$/, (id, rest) => `· 扣留 ${id}：${rest}`],
  [/^· RECALL, class (\d) (\S+): (.*)$/, (degree, id, rest) => `· ${degree} 级召回 ${id}：${rest}`],
  [/^· DRILL, not a recall (\S+): (.*)$/, (id, rest) => `· 演练，并非召回 ${id}：${rest}`],
  [
    /^a new outbox is made; the loss is declared when the gateway has run and reached the ledger$/,
    () => '已新建发件箱；网关运行并连上账本后会申报丢失',
  ],
  [
    /^(\d+) parcels brought to (\S+): (\d+) batches recorded, (\d+) were there before$/,
    (n, node, recorded, before) => `已向 ${node} 送达 ${n} 个包裹：记录 ${recorded} 批，${before} 批此前已有`,
  ],
  [
    /^(\d+) batches from number (\d+) on, in (\d+) parcels of (\d+) bytes: (.+)$/,
    (n, from, parcels, bytes, out) => `自第 ${from} 号起 ${n} 批，${parcels} 个包裹，${bytes} 字节：${out}`,
  ],
  [
    /^the next key is made; have (.+) signed \(tristamp-ledger propose --file\); the gateway goes over by itself$/,
    (file) => `下一把密钥已生成；请签署 ${file}（tristamp-ledger propose --file）；网关会自动改用`,
  ],
  [/^stopping$/, () => '正在停止'],
  [
    /^key made; have (.+) enrolled by an administrator of the ledger$/,
    (file) => `密钥已生成；请账本管理员登记 ${file}`,
  ],
  [/^the key of before is kept; the request is (.+)$/, (file) => `沿用原有密钥；登记请求为 ${file}`],
]

/** A line of the gateway in Chinese, where it has a form of ours. What others say, a recall say, is in both languages already. */
export function lineInChinese(line: string): string {
  for (const [form, say] of FORMS) {
    const match = form.exec(line)
    if (match) return say(...match.slice(1))
  }
  return line
}

function clockFault(fault: string): string {
  return { 'clock-step': '被拨动', 'clock-drift': '走时偏差' }[fault] ?? fault
}

/** `consistent (distance 1.2, limit 3.4, class 0.2)`, or `inconclusive (CODE)`. */
function resultInChinese(result: string): string {
  const [, verdict = result, rest = ''] = /^(\w+)(.*)$/.exec(result) ?? []
  const inside = /^ \((.+)\)$/.exec(rest)?.[1] ?? rest
  const words = inside.replace('distance', '距离').replace('limit', '限值').replace('class', '类别')
  return `${wordOf(verdict)}${words === '' ? '' : `（${words.replaceAll(', ', '，')}）`}`
}
