// How an attack is told: an honest life in which one stage is different.
import { Life } from './life.mjs'

/** Acts at that stage alone. */
export const at = (stage, act) => (name, life, goods) => (name === stage ? act(life, goods) : undefined)
/** Lives of one kind, with that done to them. */
export const lifeOf = (kind, hook) => (random) => {
  const life = new Life(random)
  kind(life, hook)
  return life.read()
}
/** Good clocks and positions for what the attack itself says: liars look tidy. */
export const tidy = (life, at) => ({
  geo: { ...life.geo(at), source: 'gnss' },
  clock: { source: 'gnss', uncertaintyMs: 100 },
})
/** The same, at a place of its own. */
export const fixed = (life, place) => {
  const geo = { source: 'gnss', latE7: Math.round(place[0] * 1e7), lonE7: Math.round(place[1] * 1e7), accuracyM: 8 }
  return { ...tidy(life), geo }
}
export const CHENGDU = [30.5728, 104.0668]
export const URUMQI = [43.8256, 87.6168]
