/** What is wrong in a configuration, in Chinese: the forms of the sentences that the checks write, so that each is written once, and with what. */
const FORMS: readonly [RegExp, string][] = [
  [/^is not known here; remove it or correct its name$/, '此处没有这一项；请删除或更正名称'],
  [/^is used twice; ids must differ$/, '重复使用；各 id 须不同'],
  [/^is used by (\S+) already; a scan can belong to one station only$/, '已被 $1 使用；一次扫码只能属于一个站点'],
  [
    /^is used by another device on the same line; each needs its own$/,
    '已被同一线路上的另一设备使用；每台设备须各不相同',
  ],
  [/^is the line of (\S+) already; only Modbus instruments share one$/, '该线路已属于 $1；只有 Modbus 仪器可共用线路'],
  [/^differs from that of (\S+), which is on the same line$/, '与同一线路上的 $1 不同'],
  [
    /^no device has the id (.+); add it under devices or correct the name$/,
    '没有 id 为 $1 的设备；请在 devices 中添加或更正名称',
  ],
  [/^no station has the id (.+)$/, '没有 id 为 $1 的站点'],
  [/^the device (\S+) is not a scanner$/, '设备 $1 不是扫码器'],
  [/^the device (\S+) is not a tag reader$/, '设备 $1 不是标签读写器'],
  [/^the device (\S+) is not a thermometer$/, '设备 $1 不是温度计'],
  [/^the device (\S+) is not a spectrometer$/, '设备 $1 不是光谱仪'],
  [/^the device (\S+) is not a GNSS receiver$/, '设备 $1 不是 GNSS 接收机'],
  [/^needs the role (\S+) in gateway\.roles$/, 'gateway.roles 中须有角色 $1'],
  [/^has no scanner, which tells what is tested$/, '没有扫码器，无法确定检测的是什么'],
  [
    /^is no action and no step of the workflow; give it an `action`$/,
    '既不是动作，也不是该流程的步骤；请指定 `action`',
  ],
  [/^is missing: actions are chosen and filled by scans, or at the `page`$/, '缺少：动作须通过扫码或在 `page` 上选择'],
  [/^is missing: observe has nothing to record$/, '缺少：observe 没有可记录的内容'],
  [/^choose from a workflow; there is none$/, '须从流程中选择，而此处没有流程'],
  [/^must be kept in a file if `key` is, and else elsewhere$/, '须与 `key` 的存放方式一致：同为文件，或同不为文件'],
  [/^must be one of the actions of this station$/, '须为本站点的动作之一'],
  [/^must be a map with gateway, data, uplink, …$/, '须为映射，含 gateway、data、uplink 等'],
  [/^must be a map of names and values$/, '须为名称与值的映射'],
  [/^must be a list: the program and its arguments$/, '须为列表：程序及其参数'],
  [/^must be a list of (\S+)$/, '须为列表（$1）'],
  [/^must be a list of antenna numbers$/, '须为天线编号列表'],
  [/^must be a list$/, '须为列表'],
  [/^must be text$/, '须为文本'],
  [/^must be a number$/, '须为数字'],
  [/^must be a whole number$/, '须为整数'],
  [/^must be a whole number from (\S+) to (\S+)$/, '须为 $1 至 $2 的整数'],
  [/^must be at least (\S+)$/, '不得小于 $1'],
  [/^must be at most (\S+) characters$/, '不得超过 $1 个字符'],
  [/^must be at most (\S+)$/, '不得大于 $1'],
  [/^must be true or false$/, '须为 true 或 false'],
  [/^must not be empty$/, '不得为空'],
  [/^must be one of (.+)$/, '须为以下之一：$1'],
  [/^must be of (white, ir, uv)$/, '须取自 $1'],
  [/^must be two numbers, \[lowest, highest\]$/, '须为两个数：[最低, 最高]'],
  [/^must have the lower number first$/, '须先写较小的数'],
  [/^minMilliC must be below maxMilliC$/, 'minMilliC 须小于 maxMilliC'],
  [/^must have at most three decimals$/, '最多三位小数'],
  [/^must be degrees in a time, such as (\S+)$/, '须为单位时间内的度数，例如 $1'],
  [/^must be degrees$/, '须为度数'],
  [/^must be a time such as (\S+), (\S+) or (\S+)$/, '须为时长，例如 $1、$2 或 $3'],
  [/^must be a time such as (\S+)$/, '须为时长，例如 $1'],
  [/^must be UTC such as (\S+)$/, '须为 UTC 时间，例如 $1'],
  [/^must be an IANA time zone such as (\S+)$/, '须为 IANA 时区，例如 $1'],
  [/^must be the address of a ledger, (\S+)$/, '须为账本的地址，例如 $1'],
  [/^must be an address such as (\S+)$/, '须为地址，例如 $1'],
  [/^must be an IP address or localhost$/, '须为 IP 地址或 localhost'],
  [/^must be a host name or address in small letters, without port$/, '须为小写的主机名或地址，不含端口'],
  [
    /^must begin with mqtt:\/\/ or mqtts:\/\/ and name a host, without user or password$/,
    '须以 mqtt:// 或 mqtts:// 开头并写明主机，不含用户名和密码',
  ],
  [
    /^must be a serial path or tcp:\/\/host:port, with a port from 1 to 65535$/,
    '须为串口路径或 tcp://主机:端口，端口为 1 至 65535',
  ],
  [/^must be a URI in its canonical form, such as (\S+)$/, '须为规范形式的 URI，例如 $1'],
  [/^must be a URI$/, '须为 URI'],
  [/^must be the acknowledgement key that the ledger printed at its init$/, '须为账本初始化时给出的确认公钥'],
  [
    /^must be 32 bytes in base64url: the acknowledgement key of the ledger$/,
    '须为 base64url 编码的 32 字节：账本的确认公钥',
  ],
  [/^must be 32 bytes in base64url: the public key$/, '须为 base64url 编码的 32 字节：公钥'],
  [/^must be the public key$/, '须为公钥'],
  [/^must be the key id in hex$/, '须为十六进制的密钥标识'],
  [/^must have either `token` or `slot`$/, '`token` 和 `slot` 须二选一'],
  [/^must have (`[^`]+`), (`[^`]+`) or (`[^`]+`)$/, '须有以下之一：$1、$2、$3'],
  [/^must name a program$/, '须指定程序'],
  [/^must name at least one role$/, '至少须有一个角色'],
  [/^must name at least one lamp$/, '至少须有一盏灯'],
  [/^must name at most (\d+) devices$/, '最多 $1 台设备'],
  [/^must name at most (\d+)$/, '最多 $1 个'],
  [/^must name the calibration$/, '须写明校准'],
  [/^must be the kind of instrument$/, '须为仪器种类'],
  [/^must be the id of a station$/, '须为站点的 id'],
  [/^must be the id of a device$/, '须为设备的 id'],
  [/^must be the path of a model$/, '须为模型的路径'],
  [/^must be a folder$/, '须为目录'],
  [/^must be a file$/, '须为文件'],
  [/^must be a path$/, '须为路径'],
  [
    /^must be what `tristamp-agent pin` prints, not the PIN itself$/,
    '须为 `tristamp-agent pin` 的输出，而不是 PIN 本身',
  ],
  [
    /^must be \{ minMilliC, maxMilliC \}, the lower first, or \{ product \}$/,
    '须为 { minMilliC, maxMilliC }（先小后大）或 { product }',
  ],
  [/^must be antenna numbers from (\d+)$/, '须为不小于 $1 的天线编号'],
  [/^must be antenna numbers up to (\d+)$/, '须为不大于 $1 的天线编号'],
  [/^must be antenna numbers$/, '须为天线编号'],
  [/^must be dBm$/, '须为 dBm 数值'],
  [/^must be one printable character, or empty for line ends$/, '须为一个可打印字符；空则表示行尾'],
  [/^must be up to (\d+) printable characters$/, '须为最多 $1 个可打印字符'],
  [
    /^must be a line with fields such as (".+"); fields: (.+), and \{\*\} for anything$/,
    '须为含字段的一行，例如 $1；字段：$2，{*} 表示任意内容',
  ],
  [/^must be (\d+) to (\d+) of (.+), beginning with a letter$/, '须为 $1 至 $2 个字符（$3），以字母开头'],
  [/^must be (\d+) to (\d+) of (.+)$/, '须为 $1 至 $2 个字符（$3）'],
  [/^must be ([\d.]+) to ([\d.]+ dBm|[\d.]+)$/, '须为 $1 至 $2'],
  [/^must be (.+), or (\{.+\})$/, '须为 $1 或 $2'],
  // A choice of words that stand in the file as they are.
  [/^must be ([\w.:, -]+) or ([\w.:-]+)$/, '须为 $1 或 $2'],
]

/** What is wrong with a value, in Chinese; what the library for schemas says by itself stands as it is, behind 须为. */
export function issueInChinese(what: string): string {
  const missing = /^is missing(?: \(it (.+)\))?$/.exec(what)
  if (missing) return missing[1] === undefined ? '缺少' : `缺少（${issueInChinese(missing[1])}）`
  for (const [form, words] of FORMS) if (form.test(what)) return what.replace(form, words)
  return what.replace(/^must be /, '须为 ')
}

/** The lines of a list of them, `  path: what`. */
export function issuesInChinese(list: string): string {
  return list.replace(/^( {2}\S+): (.*)$/gm, (_, path: string, what: string) => `${path}：${issueInChinese(what)}`)
}
