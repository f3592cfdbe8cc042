import { dot, mean } from '@tristamp/protocol'

/** A linear regression: `intercept` + Σ coefficient × value. */
export interface Regression {
  coefficients: number[]
  intercept: number
}

/**
 * Partial least squares of one response (PLS1, NIPALS): regression on `latent` directions, each the one along which what is left of the rows varies
 * most together with what is left of the response. Rows are centred, not scaled. (The library ml-pls multiplies its coefficients out in another
 * way, which is no regression from the second direction on.)
 */
export function partialLeastSquares(
  rows: readonly (readonly number[])[],
  response: readonly number[],
  latent: number,
): Regression {
  const points = rows[0]!.length
  const centre = Array.from({ length: points }, (_, i) => mean(rows.map((row) => row[i]!)))
  const middle = mean(response)
  const left = rows.map((row) => row.map((value, i) => value - centre[i]!))
  const rest = response.map((value) => value - middle)
  const coefficients = Array.from({ length: points }, () => 0)
  const loadings: number[][] = []
  /** Directions in terms of the rows themselves. */
  const rotations: number[][] = []
  for (let a = 0; a < latent; a++) {
    const together = Array.from({ length: points }, (_, i) =>
      dot(
        left.map((row) => row[i]!),
        rest,
      ),
    )
    const length = Math.sqrt(dot(together, together))
    // Nothing is left that varies with the response.
    if (length < 1e-12) break
    const weights = together.map((value) => value / length)
    const scores = left.map((row) => dot(row, weights))
    const square = dot(scores, scores)
    if (square < 1e-24) break
    const loading = Array.from(
      { length: points },
      (_, i) =>
        dot(
          left.map((row) => row[i]!),
          scores,
        ) / square,
    )
    const gain = dot(rest, scores) / square
    left.forEach((row, n) => {
      for (let i = 0; i < points; i++) row[i] = row[i]! - scores[n]! * loading[i]!
      rest[n] = rest[n]! - gain * scores[n]!
    })
    const rotation = [...weights]
    for (const [j, earlier] of rotations.entries()) {
      const shared = dot(loadings[j]!, weights)
      for (let i = 0; i < points; i++) rotation[i] = rotation[i]! - shared * earlier[i]!
    }
    loadings.push(loading)
    rotations.push(rotation)
    for (let i = 0; i < points; i++) coefficients[i] = coefficients[i]! + gain * rotation[i]!
  }
  return { coefficients, intercept: middle - dot(coefficients, centre) }
}
