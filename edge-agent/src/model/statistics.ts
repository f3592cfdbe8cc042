// What training needs of statistics. It decides limits once, which the model then carries: readers need none of this.

/** The quantile of the chi-squared distribution: P(X ≤ result) = p. */
export function chiSquaredQuantile(p: number, degrees: number): number {
  let [low, high] = [0, 1]
  while (chiSquaredShare(high, degrees) < p) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (chiSquaredShare(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X ≤ x): the regularised lower incomplete gamma function of degrees / 2 at x / 2, by its series. */
function chiSquaredShare(x: number, degrees: number): number {
  const [a, z] = [degrees / 2, x / 2]
  if (z <= 0) return 0
  let term = 1 / a
  let total = term
  for (let n = 1; n < 10_000 && term > total * 1e-16; n++) {
    term *= z / (a + n)
    total += term
  }
  return Math.min(1, total * Math.exp(a * Math.log(z) - z - logGammaOfHalf(degrees)))
}

/** ln Γ(n / 2), by Γ(x + 1) = x Γ(x) from Γ(1) = 1 or Γ(1/2) = √π. */
function logGammaOfHalf(n: number): number {
  let x = n / 2
  let total = 0
  while (x > 1) {
    x -= 1
    total += Math.log(x)
  }
  return x === 1 ? total : total + Math.log(Math.PI) / 2
}

/** Wilson's interval for a share, 95 %: `right` of `of`, each bound from 0 to 1. */
export function wilson(right: number, of: number): { low: number; high: number } {
  const z = 1.959964
  const share = right / of
  const centre = share + (z * z) / (2 * of)
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) }
}

/** Seven significant digits: less than any noise, and a third of the bytes. */
export function short(value: number): number {
  return Number(value.toPrecision(7)) + 0
}
