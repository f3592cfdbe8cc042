import { expect, it } from 'vitest'
import { withClaims } from './_sample-extras.ts'
import { sampleVerdicts } from './_sample-verdicts.ts'
import { certifiedBy, foodTestsOf } from './food-tests.ts'
import { journeyOf } from './journey.ts'
import { evidenceOf } from './stop-evidence.ts'
import { vouchesOf } from './vouch.ts'

const plain = journeyOf(sampleVerdicts.consistent())
const told = journeyOf(withClaims(sampleVerdicts.consistent()))

it('tells what an instrument measured from what people state, and who', () => {
  const kinds = (journey: typeof plain): string[] => vouchesOf(journey).map(({ kind }) => kind)
  expect(kinds(plain)).not.toContain('tests')
  expect(kinds(plain)).not.toContain('attributes')
  expect(vouchesOf(told)).toContainEqual({ kind: 'tests', device: true, n: 1, orgs: ['qingjiang'] })
  // The weight was measured: of the farm's two records with claims, both also state something.
  expect(vouchesOf(told)).toContainEqual({ kind: 'attributes', device: false, n: 2, orgs: ['yunling'] })
})

it('finds the food tests and the certificates of a journey', () => {
  expect(foodTestsOf(plain)).toEqual([])
  expect(foodTestsOf(told)).toMatchObject([{ org: 'qingjiang', test: { verdict: 'consistent' } }])
  expect(certifiedBy(plain)).toEqual({ n: 0, orgs: [] })
  expect(certifiedBy(told)).toEqual({ n: 1, orgs: ['yunling'] })
})

it('tells of a stop no temperature from before the goods were there', () => {
  const plant = evidenceOf(plain.stops[1]!).find(({ kind }) => kind === 'temperature')
  expect(plant).toMatchObject({
    kind: 'temperature',
    maxMilli: plain.stops[1]!.readings.reduce((most, r) => Math.max(most, r.maxMilli ?? 0), 0),
  })
  expect(plant?.kind === 'temperature' && plant.maxMilli).toBeLessThan(4000)
})
