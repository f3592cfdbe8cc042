// Distances on the ground between recorded positions.

/** A recorded position: WGS 84 in 1e-7 degrees, with the radius in metres in which the instrument says it is. */
export interface Position {
  latE7: number
  lonE7: number
  accuracyM: number
}

const EARTH_RADIUS_M = 6_371_008.8
// Below this a receiver that stands still seems to wander; summed over days that would become a journey.
const STILL_M = 50

/** Great-circle distance in metres (haversine on the mean sphere: within 0.6 % of the ellipsoid). */
export function metresBetween(a: Position, b: Position): number {
  const rad = Math.PI / 180 / 1e7
  const dLat = (b.latE7 - a.latE7) * rad
  const dLon = (b.lonE7 - a.lonE7) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.latE7 * rad) * Math.cos(b.latE7 * rad) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Length in metres of the way through `positions`, straight from one to the next; steps within the instruments' own doubt count as standing. */
export function metresAlong(positions: readonly Position[]): number {
  let last = positions[0]
  let sum = 0
  for (const position of positions) {
    if (last === undefined || last === position) continue
    const step = metresBetween(last, position)
    if (step <= Math.max(STILL_M, last.accuracyM + position.accuracyM)) continue
    sum += step
    last = position
  }
  return sum
}
