import type { AgentCode, Language } from './error.ts'

/** The one catalogue of sentences: what happened, then what to do. `{name}` is filled from the error's fields. */
export const sentences: Readonly<Record<AgentCode, Readonly<Record<Language, string>>>> = {
  CONFIG_MISSING: {
    en: 'The configuration file {file} cannot be read ({why}). Give its path with --config.',
    zh: '无法读取配置文件 {file}（{why}）。请用 --config 指定路径。',
  },
  CONFIG_TOO_LARGE: {
    en: 'The file {file} has more than {kib} KiB, which no configuration has. Give the path of the configuration file with --config.',
    zh: '文件 {file} 超过 {kib} KiB，不会是配置文件。请用 --config 指定配置文件的路径。',
  },
  CONFIG_MALFORMED: {
    en: 'The configuration file {file} is not valid YAML: {why}. Correct it, then start or reload.',
    zh: '配置文件 {file} 不是有效的 YAML：{why}。请改正后启动或重新加载。',
  },
  CONFIG_INVALID: {
    en: 'The configuration file {file} has {count} error(s):\n{list}\nCorrect them all, then start or reload.',
    zh: '配置文件 {file} 有 {count} 处错误：\n{list}\n请全部改正后启动或重新加载。',
  },
  CONFIG_PLAIN: {
    en: 'Others could read along on the way to {url}, and log in as this gateway. Use mqtts:// (with `uplink.ca` unless the ledger has a public certificate), or accept it with --insecure-plain.',
    zh: '通往 {url} 的连接可被他人窃听并冒充本网关。请使用 mqtts://（账本若非公共证书则设置 `uplink.ca`），或用 --insecure-plain 明确接受。',
  },
  CONFIG_PAGE: {
    en: 'The page at {host}:{port} would be open to everyone on the network. Make a PIN with `tristamp-agent pin` and enter what it prints as `page.pin`, or let the page listen on 127.0.0.1.',
    zh: '网关页面 {host}:{port} 会对网络中的所有人开放。请用 `tristamp-agent pin` 设置 PIN，把输出填入 `page.pin`；或让页面只监听 127.0.0.1。',
  },
  KEY_MISSING: {
    en: 'There is no key at {path}. Run `tristamp-agent init` once for this gateway, then have it enrolled.',
    zh: '{path} 没有密钥。请先对该网关运行一次 `tristamp-agent init`，再进行登记。',
  },
  KEY_MODE: {
    en: 'The secret file {path} may be read by others (mode {mode}). Run `chmod 600 {path}`; if others had access, have the key revoked and make a new one.',
    zh: '密钥文件 {path} 可被他人读取（权限 {mode}）。请运行 `chmod 600 {path}`；若他人可能读过，请吊销并重新生成密钥。',
  },
  KEY_OWNER: {
    en: 'The secret file {path} belongs to user {uid}, and the gateway runs as user {euid}. Run `chown` on it, or run the gateway as its owner.',
    zh: '密钥文件 {path} 属于用户 {uid}，而网关以用户 {euid} 运行。请用 chown 更正所有者，或以其所有者运行网关。',
  },
  KEY_MALFORMED: {
    en: 'The key file {path} is not an Ed25519 private key in PKCS#8 PEM ({why}). Restore it from its backup, or make a new gateway key and have it enrolled.',
    zh: '密钥文件 {path} 不是 PKCS#8 PEM 格式的 Ed25519 私钥（{why}）。请从备份恢复，或生成新密钥并登记。',
  },
  LOGIN_MALFORMED: {
    en: 'The login file {path} does not hold the secret that init wrote ({why}). Restore it from its backup, or run init in a new data folder and have the gateway enrolled again.',
    zh: '登录文件 {path} 内容不正确（{why}）。请从备份恢复，或在新的数据目录重新 init 并登记。',
  },
  TLS_KEY_MALFORMED: {
    en: 'The TLS key file {path} does not hold the key that init wrote ({why}). Restore it from its backup, or remove it, run init again and have the request enrolled.',
    zh: 'TLS 密钥文件 {path} 内容不正确（{why}）。请从备份恢复，或删除它、重新 init 并登记该请求。',
  },
  DATA_DENIED: {
    en: 'The data folder {path} cannot be used ({why}). Make it writable for the user that runs the gateway.',
    zh: '数据目录 {path} 不可用（{why}）。请让运行网关的用户可写。',
  },
  OUTBOX_MISSING: {
    en: 'There is no outbox at {path} ({why}), and no head.json beside it. If the disk is only not mounted, mount it. If everything but the key is lost, run `tristamp-agent recover`: the loss is then declared, and the key goes on.',
    zh: '{path} 没有发件箱（{why}），旁边也没有 head.json。若只是磁盘未挂载，请先挂载；若除密钥外全部丢失，请运行 `tristamp-agent recover`：丢失会被申报，密钥继续使用。',
  },
  OUTBOX_LOCKED: {
    en: 'The outbox at {path} is in use. Stop the other tristamp-agent that runs on this data folder.',
    zh: '发件箱 {path} 正被使用。请停止在该数据目录上运行的另一个 tristamp-agent。',
  },
  OUTBOX_DAMAGED: {
    en: 'The outbox at {path} is damaged ({why}). It is repaired by itself: the damaged folder is kept, and what is lost is declared to the ledger.',
    zh: '发件箱 {path} 已损坏（{why}）。将自动修复：损坏的目录会保留，丢失的部分会向账本申报。',
  },
  OUTBOX_FOREIGN: {
    en: 'The outbox at {path} belongs to another key. Give this gateway its own data folder, or put the key of this outbox back.',
    zh: '发件箱 {path} 属于另一把密钥。请为本网关使用自己的数据目录，或放回该发件箱的密钥。',
  },
  OUTBOX_REPAIRED: {
    en: 'The outbox was damaged and has been repaired: {batches} signed batches and {events} accepted events survived; batches that may be lost: {lost}, to be declared to the ledger. The damaged folder is kept at {aside}. Check the disk.',
    zh: '发件箱曾损坏，现已修复：保留了 {batches} 个已签批次和 {events} 条已接受记录；可能丢失的批次：{lost}，将向账本申报。损坏的目录保存在 {aside}。请检查磁盘。',
  },
  OUTBOX_LOST: {
    en: 'The loss of records {from} to {last} of this gateway is declared to the ledger. Nothing else is signed until the ledger has recorded it; stamping goes on.',
    zh: '本网关第 {from} 至 {last} 号记录的丢失已向账本申报。账本记录之前不再签名；盖戳照常进行。',
  },
  EXPORT_EMPTY: {
    en: 'There is nothing to export at {path}: the ledger has acknowledged every signed batch. What was accepted in the last second is signed in the next.',
    zh: '{path} 没有可导出的内容：账本已确认所有已签批次。刚刚接受的记录会在下一秒签名。',
  },
  EXPORT_WRITE: {
    en: 'The file {path} cannot be written ({why}). Give a new name on a medium with room.',
    zh: '文件 {path} 无法写入（{why}）。请在有空间的介质上使用新的文件名。',
  },
  IMPORT_FILE: {
    en: 'The file {path} is not a whole file of parcels ({why}). Export it again; what was brought before stays recorded.',
    zh: '{path} 不是完整的包裹文件（{why}）。请重新导出；此前送达的内容仍已记录。',
  },
  IMPORT_UNREACHABLE: {
    en: 'The ledger node {url} cannot be reached ({why}). Try again where there is a network; nothing is recorded twice.',
    zh: '无法连接账本节点 {url}（{why}）。请在有网络处重试；不会重复记录。',
  },
  IMPORT_REFUSED: {
    en: 'The ledger did not take batch {seq} ({reason}); {recorded} before it were recorded. Export again from its gateway, which knows what the ledger lacks.',
    zh: '账本未接受批次 {seq}（{reason}）；其前已记录 {recorded} 批。请从该网关重新导出。',
  },
  IMPORT_OVERTAKEN: {
    en: 'Batch {seq} comes too late: its gateway has declared it lost since, or another is recorded under its number. {recorded} before it were recorded; this one and those after it can no longer be. The ledger shows the gap. Keep the file, it tells what was lost, and tell whoever runs the ledger.',
    zh: '批次 {seq} 来得太晚：网关已声明它丢失，或该编号已有别的记录。其前已记录 {recorded} 批；此批及其后各批无法再记录，账本上显示为缺口。请保留此文件（其中有丢失的内容），并告知账本管理员。',
  },
  OUTBOX_THERE: {
    en: 'There is an outbox at {path}, or its head.json: nothing is to be made anew. Start the gateway; it repairs by itself what is damaged.',
    zh: '{path} 已有发件箱或 head.json，无需重建。请启动网关；损坏之处会自动修复。',
  },
  OUTBOX_FILLING: {
    en: 'The outbox is {percent} % full. Periodic readings are recorded less often, goods as always. Bring the gateway to its network, or carry the records out with `tristamp-agent export`.',
    zh: '发件箱已用 {percent} %。定期读数的记录变稀，货物记录照常。请让网关联网，或用 `tristamp-agent export` 导出记录。',
  },
  OUTBOX_BEHIND: {
    en: 'The ledger holds batches of this gateway up to {seq}, the outbox knew only {known}: an old copy was restored. Signing goes on after {seq}.',
    zh: '账本已有本网关至 {seq} 的批次，而发件箱只记到 {known}：恢复的是旧副本。将从 {seq} 之后继续签名。',
  },
  OUTBOX_FORKED: {
    en: 'The ledger holds another batch {seq} of this key than the outbox. Someone else signs with this key, or an old copy was restored: sending has stopped. Have the key revoked and enrol a new one.',
    zh: '账本中本密钥的批次 {seq} 与发件箱不同：密钥可能被他人使用，或恢复了旧副本。已停止发送，请吊销并登记新密钥。',
  },
  OUTBOX_WRITE: {
    en: 'A record could not be written to the outbox ({why}). The scan is not accepted; check the disk, then scan again.',
    zh: '记录无法写入发件箱（{why}）。本次扫码未被接受；请检查磁盘后重新扫码。',
  },
  DISK_FULL: {
    en: 'The disk is full ({free} KiB free at {path}). No scan is accepted until there is space; all that was accepted is kept. Free some space: it goes on by itself.',
    zh: '磁盘已满（{path} 剩余 {free} KiB）。腾出空间前不接受扫码；已接受的记录都已保留。清理空间后会自动继续。',
  },
  STATUS_WRITE: {
    en: 'The status file {path} cannot be written ({why}). Stamping goes on; check the disk.',
    zh: '状态文件 {path} 无法写入（{why}）。盖戳照常进行；请检查磁盘。',
  },
  STATUS_NONE: {
    en: 'There is no status at {path}: this gateway has not run yet. Start it with `tristamp-agent run`.',
    zh: '{path} 没有状态：该网关尚未运行过。请用 `tristamp-agent run` 启动。',
  },
  PORT_MISSING: {
    en: 'Device {device}: the path {port} does not exist. Plug it in or correct `port` in the configuration{hint}. It is tried again by itself.',
    zh: '设备 {device}：路径 {port} 不存在。请插好设备或改正配置中的 port{hint}。会自动重试。',
  },
  PORT_DENIED: {
    en: 'Device {device}: no permission for {port}. Add the user of the gateway to the group of that path (often `dialout`).',
    zh: '设备 {device}：没有 {port} 的权限。请把运行网关的用户加入该路径所属的组（通常为 dialout）。',
  },
  PORT_BUSY: {
    en: 'Device {device}: {port} is held by another program. Stop that program.',
    zh: '设备 {device}：{port} 被其他程序占用。请停止该程序。',
  },
  PORT_NOT_SERIAL: {
    en: 'Device {device}: {port} is not a serial line. Correct `port` in the configuration.',
    zh: '设备 {device}：{port} 不是串口。请改正配置中的 port。',
  },
  PORT_FAILED: {
    en: 'Device {device}: {port} cannot be opened ({why}). Check the cable and the address; it is tried again by itself.',
    zh: '设备 {device}：{port} 无法打开（{why}）。请检查接线和地址；会自动重试。',
  },
  PORT_LOST: {
    en: 'Device {device}: the connection on {port} was lost ({why}). Plug it in again; it is reopened by itself.',
    zh: '设备 {device}：{port} 连接中断（{why}）。请重新插好；会自动重新打开。',
  },
  DEVICE_SILENT: {
    en: 'Device {device}: no answer on {port}. Check its power, wiring, address and baud rate.',
    zh: '设备 {device}：{port} 无应答。请检查供电、接线、地址和波特率。',
  },
  DEVICE_FRAME: {
    en: 'Device {device}: damaged data on {port} ({why}); it was not used. If this repeats, check wiring, shielding and baud rate.',
    zh: '设备 {device}：{port} 数据损坏（{why}），未被采用。若反复出现，请检查接线、屏蔽和波特率。',
  },
  DEVICE_EXCEPTION: {
    en: 'Device {device}: the instrument refused the request ({why}). Check `profile` and `unit` in the configuration.',
    zh: '设备 {device}：仪器拒绝了请求（{why}）。请检查配置中的 profile 和 unit。',
  },
  DEVICE_VALUE: {
    en: 'Device {device}: the reading is not believable ({why}); it is recorded as missing. Check the probe.',
    zh: '设备 {device}：读数不可信（{why}），按缺失记录。请检查探头。',
  },
  DEVICE_PROFILE: {
    en: 'Device {device}: the answers on {port} are not those of the configured model ({why}); they are not used. Correct `profile` or `unit` in the configuration.',
    zh: '设备 {device}：{port} 的应答与配置的型号不符（{why}），未被采用。请改正配置中的 profile 或 unit。',
  },
  DEVICE_SUSPECT: {
    en: 'Device {device}: a reading failed its check ({why}); it is recorded as not used. If this repeats, check the probe and its place, then `checks` in the configuration.',
    zh: '设备 {device}：读数未通过检查（{why}），记录为未采用。若反复出现，请检查探头及其位置，再检查配置中的 checks。',
  },
  LIMIT_BROKEN: {
    en: 'Station {station}: {device} measures {value} °C, outside the limits {min} to {max} °C. Look after the goods now; the time outside is recorded.',
    zh: '站点 {station}：{device} 测得 {value} °C，超出 {min} 至 {max} °C。请立即处理货物；超限时间会被记录。',
  },
  DEVICE_FAILED: {
    en: 'Device {device}: its driver stopped ({why}). It is started again by itself.',
    zh: '设备 {device}：驱动停止（{why}）。会自动重新启动。',
  },
  GNSS_NO_FIX: {
    en: 'Device {device}: no position ({why}). Give the antenna a view of the sky.',
    zh: '设备 {device}：没有定位（{why}）。请让天线看到天空。',
  },
  GNSS_IMPLAUSIBLE: {
    en: 'Device {device}: the receiver reports {why}; it was not used. Restart the receiver, or replace one whose date counter has rolled over.',
    zh: '设备 {device}：接收机报告 {why}，未被采用。请重启接收机；若日期计数已翻转请更换。',
  },
  TAG_UNKNOWN: {
    en: 'Reader {device}: the tag {epc} at antenna {antenna} names nothing that can be recorded ({why}); it was counted and not used. Scan the label instead, or write the tag by the GS1 Tag Data Standard.',
    zh: '读写器 {device}：天线 {antenna} 的标签 {epc} 不是可记录的标识（{why}），已计数但未采用。请改扫条码，或按 GS1 标签数据标准写入标签。',
  },
  SCAN_CUT: {
    en: 'Scanner {device}: a scan arrived incomplete ({text}) and was not used. Scan again; the scanner must send CR or LF after each code.',
    zh: '扫码器 {device}：收到不完整的扫码（{text}），未被采用。请重扫；扫码器须在每个码后发送 CR 或 LF。',
  },
  SCAN_UNKNOWN: {
    en: 'The scan {text} carries no AIM identifier, so it is not clear what kind of code it was. Switch on "AIM code ID" in the scanner and scan again.',
    zh: '扫码 {text} 没有 AIM 标识，无法判断码制。请在扫码器中打开 AIM ID 后重扫。',
  },
  SCAN_SEPARATOR: {
    en: 'Scanner {device}: the scan {text} has lost its separators ({why}). Set the scanner to send FNC1 as GS (0x1D), then scan the check label.',
    zh: '扫码器 {device}：扫码 {text} 丢失了分隔符（{why}）。请将扫码器设为以 GS（0x1D）发送 FNC1，然后扫描检查标签。',
  },
  SCAN_SETUP: {
    en: 'Scanner {device} is not set up rightly: {why}. Scan the set-up barcodes of its manual, then the check label again.',
    zh: '扫码器 {device} 设置有误：{why}。请扫描其手册中的设置条码，然后再次扫描检查标签。',
  },
  SCAN_MALFORMED: {
    en: 'The scan {text} cannot be read without guessing ({why}). Scan again; if the label itself is wrong, replace it.',
    zh: '扫码 {text} 无法无歧义地读取（{why}）。请重扫；若标签有误请更换。',
  },
  SCAN_IDENTITY: {
    en: 'The scan {text} does not say which goods these are. Scan the label that has a serial number, a lot, or a logistic unit number.',
    zh: '扫码 {text} 不能确定是哪件货物。请扫描带序列号、批号或物流单元号的标签。',
  },
  SCAN_QUANTITY: {
    en: 'The scan {text} has a quantity that cannot be recorded ({why}). Use a label with at most three decimals.',
    zh: '扫码 {text} 的数量无法记录（{why}）。请使用最多三位小数的标签。',
  },
  SCAN_COMMAND: {
    en: 'The command {text} is not known. Use one of: do/<step>, next, end, cancel, undo.',
    zh: '未知命令 {text}。可用命令：do/<步骤>、next、end、cancel、undo。',
  },
  SCAN_NOT_HERE: {
    en: 'The action {action} is not set up at station {station}. Add it under `actions` in the configuration, and to the roles of the gateway.',
    zh: '站点 {station} 没有配置动作 {action}。请在配置的 actions 和网关角色中加入。',
  },
  SCAN_NOT_A_UNIT: {
    en: 'The scan {text} is not a logistic unit or a returnable container. Scan the SSCC label.',
    zh: '扫码 {text} 不是物流单元或周转容器。请扫描 SSCC 标签。',
  },
  SCAN_ORDER: {
    en: 'The scan {text} does not fit now ({why}).',
    zh: '扫描 {text} 此时不适用（{why}）。',
  },
  SCAN_UNFINISHED: {
    en: 'The action {action} is not finished at station {station}. Scan "end" to record it or "cancel" to drop it first.',
    zh: '站点 {station} 的动作 {action} 尚未完成。请先扫 end 记录，或扫 cancel 放弃。',
  },
  SCAN_MIXED: {
    en: 'The goods made here carry different lots or expiry dates ({why}). Record them as separate transformations.',
    zh: '此处产出的货物批号或有效期不同（{why}）。请分开记录。',
  },
  SCAN_TOO_MANY: {
    en: 'More than {limit} goods in one {action}. Scan "end" and begin another.',
    zh: '一次 {action} 超过 {limit} 件。请扫 end 后另起一次。',
  },
  SCAN_UNDO: {
    en: 'Nothing was undone ({why}). What is recorded stays; tell the person in charge if it is wrong.',
    zh: '未撤销（{why}）。已记录的内容保留；如有错误请告知负责人。',
  },
  GOODS_HELD: {
    en: 'HELD, not recorded: {goods}. {whyEn} Do not sell, ship or use it. {holderEn}',
    zh: '已被扣留，未记录：{goods}。{whyZh}不得销售、发运、使用。{holderZh}',
  },
  GOODS_RECALLED: {
    en: 'RECALLED, not recorded: {goods}. {whyEn} Do not sell, ship or use it. {holderEn}',
    zh: '已被召回，未记录：{goods}。{whyZh}不得销售、发运、使用。{holderZh}',
  },
  EVENT_INVALID: {
    en: 'The record would not be a valid event ({why}); it was not stored. Check the labels and the station in the configuration.',
    zh: '该记录不是有效事件（{why}），未保存。请检查标签和站点配置。',
  },
  EVIDENCE_LOST: {
    en: 'The evidence {id} that batch {seq} names is not on this disk any more. If the ledger does not have it either, it is declared lost: the record stays, and readers see that this evidence is not there. Check the disk.',
    zh: '批次 {seq} 引用的证据 {id} 已不在本机磁盘上。若账本也没有，将声明遗失：记录保留，读者会看到该证据缺失。请检查磁盘。',
  },
  MODEL_MALFORMED: {
    en: 'The model {file} cannot be used ({why}). Make one with `tristamp-agent model train`, or correct its path under `tests`.',
    zh: '无法使用模型 {file}（{why}）。请用 `tristamp-agent model train` 制作，或更正 tests 中的路径。',
  },
  SEALED_FILE: {
    en: 'The manifest of sealed codes {file} cannot be used ({why}); those read before still count. It is the file sealed-manifest.txt of `tristamp-ledger labels`.',
    zh: '无法使用密封码清单 {file}（{why}）；此前读入的仍然有效。应为 `tristamp-ledger labels` 生成的 sealed-manifest.txt。',
  },
  SPECTRA_MALFORMED: {
    en: 'No model can be made of {file}: {why}. Correct the file; its first line names the axis, each other line is one spectrum.',
    zh: '无法用 {file} 制作模型：{why}。请更正文件：首行为坐标轴，其余每行一条光谱。',
  },
  TEST_INSTRUMENT: {
    en: 'The spectrometer {device} does not answer: nothing was tested. Check its cable, then scan the label again.',
    zh: '光谱仪 {device} 没有应答：未进行检测。请检查连接线，然后重新扫描标签。',
  },
  TEST_REFERENCE: {
    en: 'There is no white reference yet at {station}: put the white standard in front of the spectrometer, scan `tristamp:do/white-reference`, then the label again.',
    zh: '{station} 还没有白板参比：请把白板放在光谱仪前，扫描 `tristamp:do/white-reference`，然后重新扫描标签。',
  },
  UPLINK_UNREACHABLE: {
    en: 'The ledger at {url} cannot be reached ({why}). Stamps are kept and sent later; check the network and `uplink.url`.',
    zh: '无法连接账本 {url}（{why}）。记录已保存，稍后发送；请检查网络和 uplink.url。',
  },
  UPLINK_LOGIN: {
    en: 'The ledger at {url} does not let this gateway in ({why}). Have enrolment-request.json enrolled by an administrator; stamps are kept until then.',
    zh: '账本 {url} 拒绝本网关登录（{why}）。请管理员登记 enrolment-request.json；在此之前记录会保留。',
  },
  UPLINK_SILENT: {
    en: 'The ledger has not acknowledged batch {seq} for {seconds} s. It is sent again; nothing is deleted before the acknowledgement.',
    zh: '账本 {seconds} 秒内未确认批次 {seq}。将重新发送；确认之前不会删除。',
  },
  UPLINK_REFUSED: {
    en: 'The ledger refuses batch {seq} ({reason}). It is kept and tried again; ask the administrator of the ledger whether this gateway and its key are enrolled and active.',
    zh: '账本拒收批次 {seq}（{reason}）。已保留并会重试；请向账本管理员确认本网关及密钥已登记且有效。',
  },
  UPLINK_ACK: {
    en: 'An acknowledgement was not signed by the ledger or not meant for this gateway ({why}); it was not used. Check `uplink.ledgerKey`.',
    zh: '收到的确认不是账本签发或不属于本网关（{why}），未被采用。请检查 uplink.ledgerKey。',
  },
  NOT_ENROLLED: {
    en: 'Not enrolled yet: no administrator of the ledger has approved this gateway ({why}). Show them {request}, or the QR code that `tristamp-agent init` prints; what is approved is picked up by itself.',
    zh: '尚未登记：账本管理员还没有批准本网关（{why}）。请向其出示 {request} 或 `tristamp-agent init` 打印的二维码；批准后会自动取得登记信息。',
  },
  ENROLMENT_DIFFERS: {
    en: '{path} is {given} in the configuration, and {enrolled} in the enrolment at the ledger, which counts for what can be signed. Correct the file, or have the gateway enrolled anew. Where the ledger has nothing (–), the station needs a position there, or the product its limits: `tristamp-ledger enrol place`, `enrol product`.',
    zh: '配置中的 {path} 为 {given}，账本登记为 {enrolled}；可签内容以登记为准。请更正配置，或重新登记本网关。账本为“–”时，请管理员先登记站点坐标或产品温限：`tristamp-ledger enrol place`、`enrol product`。',
  },
  ENROLMENT_REFUSED: {
    en: 'An enrolment was not signed by the ledger or is not for this gateway ({why}); it was not used. Check `uplink.ledgerKey`, and whether another machine has the name of this one.',
    zh: '收到的登记信息不是账本签发或不属于本网关（{why}），未被采用。请检查 uplink.ledgerKey，以及是否有其他机器使用同一名称。',
  },
  NOTICE_DAMAGED: {
    en: 'A recall that was kept here cannot be read ({path}: {why}). Goods that it names pass until the ledger tells it again: connect the gateway.',
    zh: '保存在本机的一份召回通知无法读取（{path}：{why}）。在账本再次通知之前，它所涉及的货物不会被拦下：请让网关联网。',
  },
  NOTICE_REFUSED: {
    en: 'What came as a notice of a recall was not used ({why}). If it repeats, someone else writes to the broker, or the ledger key in the configuration is not right.',
    zh: '收到的召回通知未被采用（{why}）。若反复出现，可能有别人在向代理写入，或配置中的账本公钥不对。',
  },
  KEY_STORE: {
    en: 'The key store does not sign ({why}). What was accepted is kept and signed as soon as it does; check `key` in the configuration and the device that holds the key.',
    zh: '密钥存储未能签名（{why}）。已接受的记录会保留，恢复后立即签名；请检查配置中的 key 以及存放密钥的设备。',
  },
  PAGE_PORT: {
    en: 'The page cannot be served at {host}:{port} ({why}). Stamping goes on; free the port or change `page.port`. It is tried again by itself.',
    zh: '无法在 {host}:{port} 提供网关页面（{why}）。盖戳照常进行；请释放端口或更改 `page.port`。会自动重试。',
  },
  METRICS_PORT: {
    en: 'Metrics cannot be served at {host}:{port} ({why}). Choose another port under `metrics`; the gateway runs without them.',
    zh: '无法在 {host}:{port} 提供指标（{why}）。请在 metrics 下换一个端口；网关照常运行。',
  },
  INTERNAL: {
    en: 'An unexpected error: {why}. Please report it with the lines around it; nothing that was accepted is lost.',
    zh: '意外错误：{why}。请连同前后日志上报；已接受的记录不会丢失。',
  },
}
