/** The seed of a run that asks for none: each run tries the same cases, so that what fails, fails for a change. */
const USUAL = 20_261_123

/** Random numbers that can be had again: their seed is an environment variable's value, `new` for one that nobody had. */
export function seedFrom(variable: string): number {
  const given = process.env[variable]
  if (given === undefined) return USUAL
  const seed = given === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
  console.log(`${variable}=${seed} repeats this run`)
  return seed
}

/** Mulberry32: from 0 inclusive to 1 exclusive. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
