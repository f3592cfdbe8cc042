/** What the ledger program itself refuses or suffers; what the protocol refuses keeps its ProtocolCode. Closed: every code has its sentence below. */
export type LedgerCode =
  | 'CONFIG_INVALID'
  | 'CONFIG_PLAIN'
  | 'DATA_MISSING'
  | 'DATA_EXISTS'
  | 'DATA_LOCKED'
  | 'KEY_FILE_MISSING'
  | 'KEY_FILE_MODE'
  | 'KEY_FILE_MALFORMED'
  | 'KEY_FILE_OTHER'
  | 'DISK_FULL'
  | 'DISK_ERROR'
  | 'SEGMENT_CORRUPT'
  | 'LEDGER_ROOT'
  | 'STORE_CORRUPT'
  | 'NODE_DEGRADED'
  | 'NODE_STOPPING'
  | 'NODE_BUSY'
  | 'PORT_TAKEN'
  | 'MQTT_LOGIN'
  | 'MQTT_CERTIFICATE'
  | 'MQTT_CLIENT_ID'
  | 'MQTT_TOPIC'
  | 'MQTT_QOS'
  | 'MQTT_PACKET_SIZE'
  | 'MQTT_CONNECTIONS'
  | 'MQTT_SLOW'
  | 'MQTT_RATE'
  | 'STATUS_MALFORMED'
  | 'REQUEST_QUERY'
  | 'REQUEST_BODY'
  | 'REQUEST_TOO_LARGE'
  | 'REQUEST_RATE'
  | 'SEALED_WRONG'
  | 'TOKEN_MISSING'
  | 'TOKEN_UNKNOWN'
  | 'TOKEN_ROLE'
  | 'BOARD_LISTENERS'
  | 'NOT_FOUND'
  | 'LABEL_INVALID'
  | 'LABEL_SPACE'
  | 'PEER_UNREACHABLE'
  | 'PEER_REFUSED'
  | 'WITNESS_STATE'
  | 'WITNESS_AHEAD'
  | 'WITNESS_QUORUM'
  | 'LEDGER_OTHER'
  | 'SIGNING_BOOK'
  | 'OPERATION_UNKNOWN'
  | 'OPERATION_EXPIRED'
  | 'OPERATION_ALTERED'
  | 'KEY_NAME'
  | 'FOLLOW_SIGNATURE'
  | 'FOLLOW_FORK'
  | 'FOLLOW_ROLLBACK'
  | 'FOLLOW_ENTRIES'
  | 'FOLLOW_EVENTS'
  | 'FOLLOW_ADMISSION'
  | 'FOLLOW_SEAL'
  | 'FOLLOW_HISTORY'
  | 'FOLLOW_READS'
  | 'TRACE_NOT_READY'
  | 'TRACE_CURSOR'
  | 'TRACE_DEPTH'
  | 'TRACE_NODES'
  | 'TRACE_SERIES'
  | 'INTERNAL'

/** A sentence for people in both languages of the product: what happened, and what to do. */
export interface Sentence {
  zh: string
  en: string
}

/** The one catalogue of the program's own codes. The detail of a case is in the error's message. */
export const SENTENCES: Record<LedgerCode, Sentence> = {
  CONFIG_INVALID: {
    en: 'The configuration is not valid: correct the values listed.',
    zh: '配置无效：请更正列出的各项。',
  },
  CONFIG_PLAIN: {
    en: 'Others could read along and log in: give a certificate (http.tls, mqtt.tls), listen on 127.0.0.1, or accept it with --insecure-plain.',
    zh: '他人可能窃听并冒充登录：请配置证书（http.tls、mqtt.tls），或仅监听 127.0.0.1，或用 --insecure-plain 明确接受。',
  },
  DATA_MISSING: {
    en: 'This folder holds no ledger: make one with `tristamp-ledger init`.',
    zh: '此目录中没有账本：请用 `tristamp-ledger init` 创建。',
  },
  DATA_EXISTS: {
    en: 'This folder holds a ledger already: choose another folder.',
    zh: '此目录中已有账本：请选择其他目录。',
  },
  DATA_LOCKED: {
    en: 'Another process works on this ledger: stop it first.',
    zh: '另一进程正在使用此账本：请先停止它。',
  },
  KEY_FILE_MISSING: { en: 'A key file is missing: restore it from the backup.', zh: '缺少密钥文件：请从备份恢复。' },
  KEY_FILE_MODE: {
    en: 'Others may read a key file: `chmod 600` it, and think about whether it was copied.',
    zh: '密钥文件可被他人读取：请执行 `chmod 600`，并确认其未被复制。',
  },
  KEY_FILE_MALFORMED: {
    en: 'A key file is not an Ed25519 key in PKCS#8 PEM: restore it from the backup.',
    zh: '密钥文件不是 PKCS#8 PEM 格式的 Ed25519 密钥：请从备份恢复。',
  },
  KEY_FILE_OTHER: {
    en: 'A key file holds another key than the one this ledger was founded with: restore the right one.',
    zh: '密钥文件与此账本创建时的密钥不符：请恢复正确的密钥。',
  },
  DISK_FULL: {
    en: 'The disk is full: free some space; what was accepted before is safe, and intake goes on by itself.',
    zh: '磁盘已满：请释放空间；此前接收的数据完好，之后将自动恢复接收。',
  },
  DISK_ERROR: {
    en: 'The disk reported an error: check it; what was acknowledged before was flushed to it.',
    zh: '磁盘报告错误：请检查磁盘；此前确认的数据已写入。',
  },
  SEGMENT_CORRUPT: {
    en: 'A segment file was changed or damaged: run `tristamp-ledger verify`, then restore the file from a backup or a follower.',
    zh: '账本文件被更改或损坏：请运行 `tristamp-ledger verify`，再从备份或跟随节点恢复该文件。',
  },
  LEDGER_ROOT: {
    en: 'The entries on disk do not give the last signed root: nothing is served; restore the files from a backup or a follower.',
    zh: '磁盘上的条目与最近签名的根不符：停止服务；请从备份或跟随节点恢复文件。',
  },
  STORE_CORRUPT: {
    en: 'The derived data are damaged: stop the node, remove the folder `derived`, and start it; it is rebuilt from the segment files.',
    zh: '派生数据损坏：请停止节点，删除 `derived` 目录后重启，它会由账本文件重建。',
  },
  NODE_DEGRADED: {
    en: 'The ledger cannot write at present: try again later; nothing that was acknowledged is lost.',
    zh: '账本暂时无法写入：请稍后重试；已确认的数据不会丢失。',
  },
  NODE_STOPPING: { en: 'The ledger is stopping: try again later.', zh: '账本正在停止：请稍后重试。' },
  NODE_BUSY: {
    en: 'The ledger has more work queued than it may hold: try again in a moment.',
    zh: '账本排队任务过多：请稍后重试。',
  },
  PORT_TAKEN: {
    en: 'The network port is taken by another program: choose another port.',
    zh: '网络端口已被占用：请选择其他端口。',
  },
  MQTT_LOGIN: {
    en: 'Unknown gateway or wrong password: compare with its enrolment.',
    zh: '网关未登记或密码错误：请核对登记信息。',
  },
  MQTT_CERTIFICATE: {
    en: 'The gateway shows another TLS key than its enrolment names: run its `init` again and have the request enrolled.',
    zh: '网关的 TLS 密钥与登记不符：请重新运行网关的 `init` 并登记该请求。',
  },
  MQTT_CLIENT_ID: {
    en: 'A gateway connects with the client id `<org>.<gateway>`.',
    zh: '网关连接时的客户端标识应为 `<org>.<gateway>`。',
  },
  MQTT_TOPIC: { en: 'A gateway uses its own topics only.', zh: '网关只能使用自己的主题。' },
  MQTT_QOS: { en: 'Publish with QoS 0 or 1.', zh: '请使用 QoS 0 或 1 发布。' },
  MQTT_PACKET_SIZE: {
    en: 'A packet is larger than this broker takes: close batches earlier.',
    zh: '报文过大：请更早地结束批次。',
  },
  MQTT_RATE: {
    en: 'A client subscribes or pings without end: its connection was ended.',
    zh: '客户端不停地订阅或发送心跳：连接已断开。',
  },
  MQTT_SLOW: {
    en: 'A client does not read what it is sent: its connection was ended.',
    zh: '客户端不读取发给它的数据：连接已断开。',
  },
  MQTT_CONNECTIONS: {
    en: 'The broker has as many connections as it may hold: try again later or raise the limit.',
    zh: '连接数已达上限：请稍后重试或提高上限。',
  },
  STATUS_MALFORMED: { en: 'A status message is not readable JSON.', zh: '状态消息不是可读的 JSON。' },
  REQUEST_QUERY: { en: 'The address or a parameter is not valid.', zh: '地址或参数无效。' },
  REQUEST_BODY: {
    en: 'The body is not a batch: send `application/cbor`.',
    zh: '请求正文不是批次：请发送 `application/cbor`。',
  },
  REQUEST_TOO_LARGE: { en: 'The request is larger than this node takes.', zh: '请求过大。' },
  REQUEST_RATE: { en: 'Too many requests from this address: slow down.', zh: '来自此地址的请求过多：请放慢。' },
  SEALED_WRONG: {
    en: 'This is not the sealed code of this item: read it again, and compare the serial number.',
    zh: '这不是此商品的密封码：请再读一遍，并核对包装号。',
  },
  TOKEN_MISSING: {
    en: 'This needs a token: ask whoever runs this node for one.',
    zh: '此处需要令牌：请向本节点的运营者索取。',
  },
  TOKEN_UNKNOWN: {
    en: 'This node does not know the token, or its time is over: ask whoever runs it for another.',
    zh: '本节点不认识此令牌，或令牌已过期：请向运营者另行索取。',
  },
  TOKEN_ROLE: {
    en: 'The token is for another role: ask whoever runs this node for one of this role.',
    zh: '此令牌属于其他角色：请向运营者索取相应角色的令牌。',
  },
  BOARD_LISTENERS: {
    en: 'As many boards are open as this node serves: close one of them.',
    zh: '打开的运行板已达上限：请先关闭一个。',
  },
  NOT_FOUND: { en: 'There is nothing at this address.', zh: '此地址没有内容。' },
  LABEL_INVALID: {
    en: 'These labels cannot be made as they were asked for: correct what is named.',
    zh: '无法按要求制作标签：请更正所指出的内容。',
  },
  LABEL_SPACE: {
    en: 'Code and text do not fit this label at sizes that can be read: take a larger label, or leave something out.',
    zh: '标签太小，码和文字无法以可读的尺寸排下：请换大一些的标签，或减少内容。',
  },
  PEER_UNREACHABLE: {
    en: 'The ledger node cannot be reached: check the address and whether it runs.',
    zh: '无法连接账本节点：请检查地址及其是否运行。',
  },
  PEER_REFUSED: { en: 'The ledger node refused the request.', zh: '账本节点拒绝了请求。' },
  WITNESS_STATE: {
    en: 'What this witness remembers of a log cannot be read: restore the file from a backup; a witness that forgets would cosign a fork.',
    zh: '见证方对某账本的记忆无法读取：请从备份恢复该文件；忘事的见证方会给分叉签字。',
  },
  WITNESS_AHEAD: {
    en: 'A witness has cosigned more entries than this ledger holds: the ledger was put back to an older state, or the witness is wrong.',
    zh: '见证方签过的条目比本账本还多：账本被退回到旧状态，或者见证方有误。',
  },
  WITNESS_QUORUM: {
    en: 'The last checkpoint is published with fewer cosignatures than the policy wants: see which witness does not answer.',
    zh: '最近的检查点公布时，见证方签字少于规则要求：请查看是哪个见证方没有回应。',
  },
  LEDGER_OTHER: {
    en: 'This node keeps another ledger than the one this key signs for: nothing was signed; check the address, and compare the log keys.',
    zh: '此节点的账本与该密钥所属的账本不同：未签署任何内容；请检查地址并核对日志密钥。',
  },
  SIGNING_BOOK: {
    en: 'What the key signs cannot be written down beside it, so nothing is signed: make its folder writable.',
    zh: '无法在密钥旁记录签署内容，因此未签署：请使该目录可写。',
  },
  OPERATION_UNKNOWN: {
    en: 'No operation with this id waits for signatures: see `tristamp-ledger show`.',
    zh: '没有此编号的待签操作：请查看 `tristamp-ledger show`。',
  },
  OPERATION_EXPIRED: {
    en: 'The window of this operation has closed: its signatures no longer count; propose it anew.',
    zh: '此操作的时限已过，已有签名不再有效：请重新提议。',
  },
  OPERATION_ALTERED: {
    en: 'The node shows an operation under an id that is not its own: nothing was signed; do not trust this node.',
    zh: '节点显示的操作与其编号不符：未签署任何内容；请勿信任此节点。',
  },
  KEY_NAME: {
    en: 'No key goes by this name here: give a kid, ORG/GATEWAY, or an administrator’s name.',
    zh: '没有以此命名的密钥：请给出 kid、ORG/GATEWAY 或管理员名称。',
  },
  FOLLOW_SIGNATURE: {
    en: 'What the leader calls its checkpoint is not signed by the log key that this follower trusts: it no longer follows; find out whether the address or the key has changed.',
    zh: '上游给出的检查点不是由本跟随节点信任的日志密钥签署：已停止跟随；请查明地址或密钥是否变更。',
  },
  FOLLOW_FORK: {
    en: 'The leader has signed two ledgers that exclude each other: the proof is in the folder `evidence`; show it to the other organisations.',
    zh: '上游签署了两份互相矛盾的账本：证明在 `evidence` 目录中；请出示给其他组织。',
  },
  FOLLOW_ROLLBACK: {
    en: 'The leader publishes fewer entries than it has signed before: it was put back to an older state, or hides what came after.',
    zh: '上游公布的条目比它签过的少：账本被退回旧状态，或在隐瞒之后的内容。',
  },
  FOLLOW_ENTRIES: {
    en: 'The entries that the leader serves are not those that it signed: they were changed there or on the way.',
    zh: '上游提供的条目与其签名不符：在上游或传输途中被更改。',
  },
  FOLLOW_EVENTS: {
    en: 'The events that the leader serves are not those of their statement, or are kept back.',
    zh: '上游提供的事件与其声明不符，或被扣留。',
  },
  FOLLOW_ADMISSION: {
    en: 'The leader has recorded a statement that the rules refuse.',
    zh: '上游记录了规则不允许的声明。',
  },
  FOLLOW_SEAL: {
    en: 'A seal of the leader does not fit the entries before it.',
    zh: '上游的封条与其之前的条目不符。',
  },
  FOLLOW_HISTORY: {
    en: 'A seal of the leader names another history than the entries give: something is left out or added.',
    zh: '上游封条所述的历史与条目不符：有内容被遗漏或添加。',
  },
  FOLLOW_READS: {
    en: 'This node follows another and records nothing itself: send statements to its leader.',
    zh: '此节点跟随另一节点，自身不记录：请把声明发给上游节点。',
  },
  TRACE_NOT_READY: {
    en: 'The node still reads its events for traces: ask again in a moment; nothing else waits for this.',
    zh: '节点仍在读取事件以供追溯：请稍后再问；其他功能不受影响。',
  },
  TRACE_CURSOR: {
    en: 'This cursor belongs to another question, or to another ledger: ask from the beginning.',
    zh: '此游标属于另一个查询或另一账本：请从头查询。',
  },
  TRACE_DEPTH: {
    en: 'The trace goes on beyond the depth asked for: what is shown is not all.',
    zh: '追溯超出所要求的深度：所示并非全部。',
  },
  TRACE_SERIES: {
    en: 'There are too many series to look at each: the other breaks count for their whole intervals. Ask for a shorter time.',
    zh: '测量曲线太多，没有逐条核对：其余超限时长按整段计算。请缩短时间范围再问。',
  },
  TRACE_NODES: {
    en: 'The trace reaches more than one answer may hold: ask in a narrower time, or from something nearer.',
    zh: '追溯结果超出一次查询的上限：请缩小时间范围，或从更近的对象查起。',
  },
  INTERNAL: {
    en: 'The node met a fault of its own: see its log under the given id.',
    zh: '节点内部错误：请按所给编号查看日志。',
  },
}

/** The only error that this program throws on purpose. Branch on `code`; `message` carries the detail of the case. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerCode

  constructor(code: LedgerCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** `CODE: what happened. What to do.` for a console. */
export function explain(error: unknown): string {
  if (error instanceof LedgerError) return `${error.code}: ${error.message}\n  ${SENTENCES[error.code].en}`
  return error instanceof Error ? error.message : String(error)
}

/** Whether the operating system said that the disk or a quota is full. */
export function isDiskFull(error: unknown): boolean {
  return hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')
}

export function hasErrno(error: unknown, errno: string): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === errno) || (error.cause !== undefined && hasErrno(error.cause, errno))
}
