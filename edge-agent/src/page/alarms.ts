import { isDoubtful } from '@tristamp/protocol'
import { notEnrolled } from '../enrolment-desk.ts'
import { type AgentError, type Fields, sentence } from '../error.ts'
import { breaks } from '../limits.ts'
import { isDrill, reasonOf } from '../order-text.ts'
import type { PanelSources } from './panel.ts'
import type { Alarm, Reading } from './state.ts'

/** From here on the outbox is called full. */
const NARROW = 0.85

const CLOCK_DOUBTFUL = {
  zh: '时钟尚未校准或误差过大：戳会注明时间存疑，校准后由锚点推定。请让接收机看到天空，或检查时间服务器。',
  en: 'Nothing has set the clock, or its doubt is too large: stamps say so, and are placed by the next anchor. Give the receiver a view of the sky, or check the time server.',
}
const PLACE_UNKNOWN = {
  zh: '位置未知：戳会注明没有位置。请让天线看到天空，或在配置中登记地点。',
  en: 'The place is not known: stamps say so. Give the antenna a view of the sky, or enter the place in the configuration.',
}

/** What somebody should know who stands at the gateway, the worst first. */
export function alarmsOf(
  sources: PanelSources,
  readings: (device: string) => Reading[],
  uplinkTrouble: AgentError | undefined,
): Alarm[] {
  const { health, disk, fixes, clock } = sources
  const config = sources.config()
  const alarms: Alarm[] = []
  const refusal = sources.refusal()
  if (refusal) alarms.push(alarmOf(refusal, 'stop'))
  if (config.enrolled.enrolment === undefined) alarms.push(alarmOf(notEnrolled(config), 'care'))
  for (const { id, thermometer, limits } of config.stations) {
    const reading = readings(thermometer ?? '').find((one) => one.type === 'Temperature' && !one.flag)
    if (!limits || !reading || !breaks(limits, reading.milli, reading.milli)) continue
    const fields = { value: reading.milli / 1000, min: limits.minMilliC / 1000, max: limits.maxMilliC / 1000 }
    alarms.push(alarm('LIMIT_BROKEN', { station: id, device: thermometer ?? '', ...fields }, 'stop', id))
  }
  for (const [id, { state, error }] of health.devices) {
    if (error) alarms.push(alarmOf(error, state === 'down' ? 'stop' : 'care', id))
  }
  const fill = disk.fill(performance.now())
  if (!refusal && fill >= NARROW) alarms.push(alarm('OUTBOX_FILLING', { percent: Math.floor(fill * 100) }, 'care'))
  if (uplinkTrouble) alarms.push(alarmOf(uplinkTrouble, 'care'))
  const now = clock.now()
  if (isDoubtful(now)) alarms.push({ code: 'CLOCK_DOUBTFUL', level: 'care', text: CLOCK_DOUBTFUL })
  if (fixes.at(now.monotonicMs).geo.source === 'none')
    alarms.push({ code: 'PLACE_UNKNOWN', level: 'care', text: PLACE_UNKNOWN })
  for (const { recall } of sources.recalls()) {
    if (isDrill(recall)) alarms.push({ code: 'RECALL_DRILL', level: 'care', text: drillText(reasonOf(recall)) })
  }
  return alarms.sort((a, b) => Number(b.level === 'stop') - Number(a.level === 'stop'))
}

function drillText({ zh, en }: Alarm['text']): Alarm['text'] {
  return { zh: `召回演练，不是真的召回。${zh}`, en: `Recall drill, not a recall. ${en}` }
}

function alarmOf({ code, fields }: AgentError, level: Alarm['level'], about?: string): Alarm {
  return alarm(code, fields, level, about)
}

function alarm(code: AgentError['code'], fields: Fields, level: Alarm['level'], about?: string): Alarm {
  const text = { zh: sentence(code, fields, 'zh'), en: sentence(code, fields, 'en') }
  return { code, level, text, ...(about !== undefined && { about }) }
}
