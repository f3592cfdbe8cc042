// Curves of temperature that were not measured when and where they say.

import { tidy } from './attack.mjs'
import { Life } from './life.mjs'
import { pork } from './pork.mjs'
import { element } from './room.mjs'
import { HOUR } from './time.mjs'

/** A curve that was made up to look alive. */
export function invented(life, hours, everyMs = 300_000) {
  const points = Math.min(96, Math.floor((hours * HOUR) / everyMs))
  const milli = Array.from({ length: points }, () => Math.round((2.5 + life.noise(0.3)) * 10) * 100)
  return [element(`box-${life.run}`, life.ms - points * everyMs, life.ms, everyMs, milli)]
}

export function copied(life, hours) {
  const elements = life.air(hours)
  return (later, device) => {
    const { milli, everyMs } = elements[0]['tristamp:series']
    return [element(device, later.ms - milli.length * everyMs, later.ms, everyMs, milli)]
  }
}

/** The same with up to a tenth of a degree on each reading that is told again. */
export function copiedWithNoise(life, hours) {
  const elements = life.air(hours)
  let plays = 0
  return (later, device) => {
    const { milli, everyMs } = elements[0]['tristamp:series']
    const told = plays++ === 0 ? milli : milli.map((one) => one && Math.round(one + later.between(-100, 100)))
    return [element(device, later.ms - milli.length * everyMs, later.ms, everyMs, told)]
  }
}

/**
 * What a recorder in the wire of a thermometer heard, a reading a minute, and what is told when it plays that: at first the truth, then again, out of
 * step by up to so many minutes with what was told at first.
 */
export const taped = (minutes) => (life, hours) => {
  const series = life.tape(hours)
  let plays = 0
  return (later, device) => [series(device, later.ms, plays++ === 0 ? 0 : later.random.below(minutes + 1))]
}

/** A curve that one stage tells of one instrument, told again at another: each `[stage, instrument]`. */
export function replaying([first, device], [again, as], hours, record = copied, bizStep = 'storing') {
  return (random) => {
    const life = new Life(random)
    let replay
    pork(life, (name, l, { box }) => {
      if (name === first) replay = record(l, hours)
      if (name === first) l.object('OBSERVE', 'storing', [box], { sensorElementList: replay(l, device) })
      if (name === again) l.object('OBSERVE', bizStep, [box], { sensorElementList: replay(l, as) }, tidy(l))
    })
    return life.read()
  }
}
