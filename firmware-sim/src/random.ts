/** Noise that depends on the seed and the place in the sequence alone, so that a scenario replays the same however often it is sampled. */

function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** A number in [0, 1) for (seed, slot). */
export function uniform(seed: number, slot: number): number {
  return mix(mix(seed ^ 0x9e3779b9) + Math.imul(slot | 0, 0x6d2b79f5)) / 2 ** 32
}

/** A bell-shaped number in [-1, 1] for (seed, slot), mean 0. */
export function wobble(seed: number, slot: number): number {
  const at = Math.imul(slot, 3)
  return ((uniform(seed, at) + uniform(seed, at + 1) + uniform(seed, at + 2)) / 3) * 2 - 1
}

/** The seed of a named stream: FNV-1a of the name over the scenario's seed, so that instruments do not share their noise. */
export function streamSeed(seed: number, name: string): number {
  let hash = seed ^ 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}
