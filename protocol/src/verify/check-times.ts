import { toHex } from '../bytes.ts'
import { isStep } from '../event/recorded-event.ts'
import type { ReportEvent } from '../event/report-types.ts'
import type { StampedEvent } from '../event/types.ts'
import { type TimedStamp, type TimeInterval, timeInterval } from '../time/interval.ts'
import { type OpenedEvent, placeKey } from './check-contents.ts'
import type { Seals } from './check-log.ts'
import { at } from './failure.ts'

/**
 * Where every step lies in time, by place: from its own stamp, the other stamps of its boot, and the seals.
 * @throws ProtocolError HISTORY_MISSING (the seal over a step), with entry and position
 */
export function checkTimes(events: Iterable<OpenedEvent>, seals: Seals): Map<string, TimeInterval> {
  const boots = new Map<string, { key: string; stamp: TimedStamp; isStep: boolean }[]>()
  for (const opened of events) {
    const { event, entry, position, statement } = opened
    if (event.type === 'TristampGovernance') continue
    const stamp = at({ entry, position }, () => stampOf(event, entry, seals))
    const boot = `${toHex(statement.header.kid)} ${stamp.clock.bootId}`
    const stamps = boots.get(boot) ?? []
    stamps.push({ key: placeKey(opened), stamp, isStep: isStep(event) })
    boots.set(boot, stamps)
  }
  const times = new Map<string, TimeInterval>()
  for (const stamps of boots.values()) {
    for (const { key, stamp, isStep } of stamps) {
      if (!isStep) continue
      const others = stamps.filter((other) => other.key !== key).map((other) => other.stamp)
      times.set(key, timeInterval(stamp, others))
    }
  }
  return times
}

function stampOf(event: StampedEvent | ReportEvent, entry: number, seals: Seals): TimedStamp {
  const clock = event['tristamp:clock']
  const { after } = clock
  // Nobody knows of an entry that comes later than his own.
  const knownMs = after === undefined || after >= entry ? undefined : seals.before(after)
  return {
    ms: Date.parse(event.eventTime),
    clock,
    ...(isStep(event) && { sealedMs: seals.over(entry) }),
    ...(knownMs !== undefined && { knownMs }),
  }
}
