import { distances, dot } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { partialLeastSquares } from './partial-least-squares.ts'
import { fitPlane } from './principal.ts'
import { reportHtml } from './report.ts'
import { parseSpectraCsv } from './spectra-csv.ts'
import { chiSquaredQuantile, wilson } from './statistics.ts'
import { train } from './train.ts'
import { scoreOf } from './two-classes.ts'

it('has the quantiles of the tables', () => {
  // Abramowitz and Stegun, table 26.8.
  const table: [number, number, number][] = [
    [0.95, 1, 3.841_46],
    [0.95, 2, 5.991_46],
    [0.95, 5, 11.0705],
    [0.99, 10, 23.2093],
    [0.95, 100, 124.342],
    [0.5, 1, 0.454_94],
  ]
  for (const [p, degrees, value] of table) expect(chiSquaredQuantile(p, degrees)).toBeCloseTo(value, 3)
})

it('has Wilson’s intervals', () => {
  // Newcombe 1998, table I.
  expect(wilson(81, 263).low).toBeCloseTo(0.2553, 3)
  expect(wilson(81, 263).high).toBeCloseTo(0.3662, 3)
  expect(wilson(0, 20).low).toBe(0)
  expect(wilson(0, 20).high).toBeCloseTo(0.1611, 3)
})

it('has planes of orthogonal loadings with the variances of their scores', async () => {
  const rows = Array.from({ length: 30 }, (_, n) => [0, 1, 2, 3].map((i) => Math.sin(n * (i + 1.3)) * (4 - i)))
  const { mean, loadings, variances } = await fitPlane(rows, 4)
  const scores = rows.map((row) =>
    loadings.map((loading) =>
      dot(
        row.map((value, i) => value - mean[i]!),
        loading,
      ),
    ),
  )
  for (const [a, one] of loadings.entries()) {
    for (const [b, other] of loadings.entries()) expect(dot(one, other)).toBeCloseTo(a === b ? 1 : 0, 5)
    const own = scores.map((each) => each[a]!)
    expect(dot(own, own) / (rows.length - 1) / variances[a]!).toBeCloseTo(1, 5)
  }
  // With every component nothing is left of a row.
  for (const row of rows) expect(distances(row, { mean, loadings, variances }).q).toBeLessThan(1e-10)
})

it('regresses on as many directions as there are values as least squares do', () => {
  // An exact linear relation is found again; with fewer directions it is approached.
  const rows = Array.from({ length: 20 }, (_, n) => [0, 1, 2].map((i) => Math.sin(n * (i + 1) + i) + 0.1 * n * i))
  const response = rows.map(([a = 0, b = 0, c = 0]) => 2 * a - 3 * b + 0.5 * c + 7)
  const { coefficients, intercept } = partialLeastSquares(rows, response, 3)
  expect(coefficients[0]).toBeCloseTo(2, 9)
  expect(coefficients[1]).toBeCloseTo(-3, 9)
  expect(coefficients[2]).toBeCloseTo(0.5, 9)
  expect(intercept).toBeCloseTo(7, 9)
  const errors = [1, 2, 3].map((latent) => {
    const found = partialLeastSquares(rows, response, latent)
    return Math.hypot(...rows.map((row, n) => scoreOf(found, row) - response[n]!))
  })
  expect(errors[0]).toBeGreaterThan(errors[1]!)
  expect(errors[1]).toBeGreaterThan(errors[2]!)
  // Values without any relation to the response end it early, without a division by nothing.
  expect(
    partialLeastSquares(
      [
        [1, 1],
        [1, 1],
      ],
      [0, 1],
      2,
    ),
  ).toEqual({ coefficients: [0, 0], intercept: 0.5 })
})

it('reports what it made, with names that are no markup', async () => {
  const line = (i: number): string =>
    `<b>${i}</b>,${Array.from({ length: 8 }, (_, k) => (0.5 + 0.05 * k + 0.02 * Math.sin(i * 7 + k * k)).toFixed(4)).join(',')}`
  const text = `sample,1,2,3,4,5,6,7,8\n${Array.from({ length: 30 }, (_, i) => line(i)).join('\n')}`
  const trained = await train(parseSpectraCsv(text, 'nm'), undefined, {
    name: '<script>alert(1)</script>',
    instrument: 'x',
    settings: {},
    given: 'reflectance',
    treatment: { signal: 'absorbance', bin: 1, snv: true, derivative: false },
    alphaMilli: 50,
    components: 2,
    scans: 1,
    spreadMilli: 50,
    span: 1,
    madeAt: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
  })
  const html = reportHtml(trained)
  expect(html).not.toMatch(/<script|<b>/)
  expect(html).toContain("default-src 'none'")
  expect(html).toContain('fewer than 50')
  expect(html).not.toContain('NaN')
  expect(html.match(/<circle /g)).toHaveLength(60)
})
