// Lives of products as a reader has them: proven records, without a ledger. Honest ones with all that makes real records untidy, for rules to leave alone.
import { placedMs, timeInterval } from '@tristamp/protocol'
import { e7, NAMES, TOWNS } from './registered.mjs'
import { element, readingOf, roomOf } from './room.mjs'
import { DAY, HOUR, MINUTE } from './time.mjs'

const T0 = Date.parse('2026-03-01T00:00:00.000Z')

/** One product's records as they come about. `random` is a Random of ../_random.mjs. */
export class Life {
  /** Stamps in the order in which they were recorded. */
  #told = []
  #boots = new Map()

  constructor(random) {
    this.random = random
    this.ms = T0 + random.below(200 * DAY)
    this.run = random.hex(8).toUpperCase()
    this.at = TOWNS.enshi
    this.org = 'farm'
    this.devices = new Map()
  }

  chance(percent) {
    return this.random.below(10_000) < percent * 100
  }

  between(low, high) {
    return low + (high - low) * (this.random.next() / 2 ** 32)
  }

  /** A bell curve's value, by the sum of twelve. */
  noise(sd) {
    let sum = -6
    for (let i = 0; i < 12; i++) sum += this.random.next() / 2 ** 32
    return sum * sd
  }

  wait(hours, spread = 0.3) {
    this.ms += Math.max(MINUTE, Math.round(hours * HOUR * this.between(1 - spread, 1 + spread)))
    return this
  }

  /** Goes to a town, by what is as fast as `kmh` on the flat way. */
  travel(town, kmh) {
    const [a, b] = [this.at, TOWNS[town]]
    const km = Math.hypot((a[0] - b[0]) * 111.2, (a[1] - b[1]) * 111.2 * Math.cos((a[0] * Math.PI) / 180))
    this.ms += Math.round((km / kmh) * HOUR)
    this.at = b
    return this
  }

  by(org) {
    this.org = org
    return this
  }

  /** Records an event here and now. `stamp` overrides what the gateway says of itself. */
  tell(event, { sealed = true, ...stamp } = {}) {
    const clock = { ...this.#clock(), ...stamp.clock }
    const saidMs = stamp.saidMs ?? this.ms + Math.round(this.between(-1, 1) * 0.7 * clock.uncertaintyMs)
    const value = {
      eventID: `urn:uuid:${this.random.uuid()}`,
      eventTime: new Date(saidMs).toISOString(),
      eventTimeZoneOffset: '+08:00',
      readPoint: { id: 'https://id.gs1.org/414/9506000134307' },
      'tristamp:geo': stamp.geo ?? this.geo(),
      'tristamp:clock': clock,
      'tristamp:origin': this.chance(2) ? 'operator' : 'device',
      ...event,
    }
    // The outbox may wait for a network for a day; then the seal comes late and bounds little.
    const sealedMs = this.ms + (this.chance(5) ? this.random.below(DAY) : 2000 + this.random.below(60_000))
    this.#told.push({
      value,
      org: stamp.org ?? this.org,
      saidMs,
      clock,
      ...(sealed && { sealedMs }),
      knownMs: stamp.knownMs,
    })
    this.ms += this.random.below(5000)
    return this
  }

  /** What was told last did not happen: its gateway takes it back. */
  takeBack() {
    const last = this.#told.at(-1)
    const declared = { declarationTime: new Date(this.ms).toISOString(), reason: 'did_not_occur' }
    this.#told.push({ ...last, value: { ...last.value, errorDeclaration: declared } })
    return this
  }

  /** A gateway that was put back from a copy tells its last event again. */
  tellAgain() {
    this.#told.push(this.#told.at(-1))
    return this
  }

  /** Most clocks are set by satellites or NTP; some lost them and say so; a few know nothing. */
  #clock() {
    const boot = this.#boots.get(this.org) ?? this.random.uuid()
    this.#boots.set(this.org, boot)
    const sort = this.random.below(100)
    const base = { bootId: boot, monotonicMs: this.ms - T0 }
    if (sort < 90) return { ...base, source: 'gnss', uncertaintyMs: 20 + this.random.below(1500) }
    if (sort < 97) return { ...base, source: 'rtc', uncertaintyMs: MINUTE + this.random.below(20 * MINUTE) }
    return { ...base, source: 'none', uncertaintyMs: DAY }
  }

  /** Where the receiver says that it is: within its accuracy mostly, and far off among tall buildings. */
  geo(at = this.at) {
    if (this.chance(3)) return { source: 'none' }
    const accuracyM = 3 + this.random.below(25)
    const off = this.chance(1) ? 400 : accuracyM / 2
    const latE7 = e7(at[0]) + Math.round(this.noise(off) * 90)
    const lonE7 = e7(at[1]) + Math.round(this.noise(off) * 110)
    return { source: this.chance(40) ? 'site' : 'gnss', latE7, lonE7, accuracyM, satellites: 8 }
  }

  object(action, bizStep, epcs, more = {}, stamp) {
    return this.tell({ type: 'ObjectEvent', action, bizStep, epcList: epcs, ...more }, stamp)
  }

  pack(action, parentID, childEPCs, stamp) {
    const bizStep = action === 'ADD' ? 'packing' : 'unpacking'
    return this.tell({ type: 'AggregationEvent', action, bizStep, parentID, childEPCs }, stamp)
  }

  /** Air around goods as a thermometer here saw it during the last hours, with its own habits: set point, cycle, resolution, calm. */
  air(hours, { celsius = 3, device = `${this.org}-${this.run}` } = {}) {
    const room = this.devices.get(device) ?? roomOf(this, celsius)
    this.devices.set(device, room)
    const everyMs = room.everyMs
    const points = Math.min(96, Math.max(2, Math.floor((hours * HOUR) / everyMs)))
    const fromMs = this.ms - points * everyMs
    const milli = Array.from({ length: points }, (_, i) => readingOf(this, room, fromMs + i * everyMs))
    if (this.chance(10))
      milli.fill(null, Math.floor(points / 3), Math.floor(points / 3) + 1 + this.random.below(points / 2))
    return [element(device, fromMs, this.ms, everyMs, milli)]
  }

  /** A reading a minute of a room; answers an instrument's series of them, `lag` minutes into them, up to a time. */
  tape(hours) {
    const room = roomOf(this, 3)
    const heard = Array.from({ length: hours * 60 }, (_, i) =>
      readingOf(this, room, this.ms + (i - hours * 60) * MINUTE),
    )
    const [every, { everyMs }] = [room.everyMs / MINUTE, room]
    const points = Math.min(96, Math.floor((heard.length - 60) / every))
    return (device, endMs, lag) => {
      const milli = Array.from({ length: points }, (_, i) => heard[i * every + lag])
      return element(device, endMs - points * everyMs, endMs, everyMs, milli)
    }
  }

  /** What a verdict holds of it. */
  read() {
    const stamps = this.#told.map(({ saidMs, clock, sealedMs, knownMs }) => ({
      ms: saidMs,
      clock,
      ...(sealedMs !== undefined && { sealedMs }),
      ...(knownMs !== undefined && { knownMs }),
    }))
    const events = this.#told.map(({ value, org }, entry) => ({
      entry,
      position: 0,
      event: value,
      subjects: subjectsOf(value),
      signer: { kid: org, uri: org, org, gateway: org, station: '', endedLater: false },
      time: timeInterval(
        stamps[entry],
        stamps.filter((_, i) => i !== entry && this.#told[i].org === org),
      ),
    }))
    const order = (one) => placedMs(one.time) ?? Date.parse(one.event.eventTime)
    events.sort((a, b) => order(a) - order(b) || a.entry - b.entry)
    const lineage = new Set(events.flatMap(({ event }) => subjectsOf(event)))
    return { events, names: NAMES, lineage: [...lineage] }
  }
}

function subjectsOf(event) {
  const classes = (list) => (list ?? []).map(({ epcClass }) => epcClass)
  return [
    ...(event.epcList ?? []),
    ...(event.childEPCs ?? []),
    ...(event.inputEPCList ?? []),
    ...(event.outputEPCList ?? []),
    ...classes(event.quantityList),
    ...classes(event.inputQuantityList),
    ...classes(event.outputQuantityList),
    ...(event.parentID ? [event.parentID] : []),
  ]
}
