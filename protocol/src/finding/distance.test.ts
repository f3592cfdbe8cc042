import { expect, test } from 'vitest'
import { COS_E6 } from './distance.ts'

/** π/180 and the cosine of whole degrees in 40 decimal places, by its series: no engine's own has a part in it. */
function cosine(degrees: number): bigint {
  const one = 10n ** 40n
  const x = (BigInt(degrees) * 31415926535897932384626433832795028841971n) / 180n
  const square = (x * x) / one
  let [sum, term] = [0n, one]
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term
    term = (-term * square) / one / (n * (n + 1n))
  }
  return sum
}

test('cosines of whole degrees are what they are, and no engine can round one otherwise', () => {
  expect(COS_E6.length).toBe(91)
  for (const [degrees, rounded] of COS_E6.entries()) {
    const scaled = Number((cosine(degrees) + 5n * 10n ** 29n) / 10n ** 30n)
    const exact = scaled / 1e4
    expect(Math.abs(exact - rounded)).toBeLessThan(0.4999)
  }
})
