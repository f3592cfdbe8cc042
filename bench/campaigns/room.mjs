// Cold rooms and what their thermometers tell.
import { HOUR, MINUTE } from './time.mjs'

/** A room with a thermometer in it. */
export function roomOf(life, celsius) {
  const common = {
    celsius,
    cycleMs: life.between(12, 90) * MINUTE,
    phase: life.random.below(HOUR),
    step: life.random.pick([100, 100, 62.5, 10]),
    everyMs: life.random.pick([MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE]),
  }
  // A twelfth hardly move at all, with the probe in a bottle of glycol: what they show rests for hours.
  if (life.chance(8)) return { ...common, swing: life.between(0.02, 0.1), noise: life.between(0.005, 0.02) }
  // A third move little: large, and full.
  const calm = life.chance(33)
  return calm
    ? { ...common, swing: life.between(0.1, 0.3), noise: life.between(0.02, 0.06) }
    : { ...common, swing: life.between(0.3, 1.2), noise: life.between(0.05, 0.25) }
}

/** What its thermometer says then, in thousandths of a degree. */
export function readingOf(life, room, ms) {
  const at = ((ms + room.phase) % room.cycleMs) / room.cycleMs
  const saw = at < 0.3 ? at / 0.3 : (1 - at) / 0.7
  // A door stands open now and then.
  const door = (ms / (7 * HOUR)) % 1 < 0.02 ? 0.6 : 0
  const milli = (room.celsius + room.swing * (saw - 0.5) + door + life.noise(room.noise)) * 1000
  return Math.round(Math.round(milli / room.step) * room.step)
}

/** A stretch of a thermometer's readings as events have it. */
export function element(device, fromMs, toMs, everyMs, milli, more = {}) {
  const known = milli.filter((m) => m !== null)
  const report = { type: 'Temperature', uom: 'CEL' }
  return {
    sensorMetadata: {
      deviceID: device,
      startTime: new Date(fromMs).toISOString(),
      endTime: new Date(toMs).toISOString(),
    },
    sensorReport: [
      known.length === 0
        ? { ...report, exception: 'ERROR_CONDITION' }
        : { ...report, minValue: Math.min(...known) / 1000, maxValue: Math.max(...known) / 1000 },
    ],
    'tristamp:series': { everyMs, milli },
    ...more,
  }
}
