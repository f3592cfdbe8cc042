import { readFileSync } from 'node:fs'
import { distances, parseModel } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { rawValues } from '../codec/as7265x.ts'
import { shareText } from './report.ts'
import { parseSpectraCsv, type SpectraTable } from './spectra-csv.ts'
import { type Trained, type Training, train } from './train.ts'

// Open data: mid-infrared spectra of instant coffee (Briandet 1996, Downey 1997) and olive oils (Tapp 2003) of the Institute of Food Research, Quadram Institute. What the
// models reach is printed; docs/gateway/spectra.md gives the figures with their sources.

const folder = vectors('edge')

/** The files have a column for each spectrum: sample number, group code and name of the class above it. */
function readColumns(file: string): { className: string; group: string; values: number[] }[] {
  const rows = readFileSync(`${folder}/spectra/${file}`, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
  const [numbers = [], , names = [], ...points] = rows
  return names.slice(1).map((className, i) => ({
    className: className.trim(),
    group: numbers[i + 1]!,
    values: points.map((row) => Number(row[i + 1])),
  }))
}

function tableOf(columns: ReturnType<typeof readColumns>): SpectraTable {
  const points = columns[0]!.values.length
  return {
    axis: { unit: 'cm-1', milli: Array.from({ length: points }, (_, i) => 1000 * (i + 1)) },
    samples: columns.map(({ className, group, values }, i) => ({ name: `${className} ${i + 1}`, group, values })),
  }
}

const wish: Training = {
  name: 'open data',
  instrument: 'ftir',
  settings: {},
  given: 'absorbance',
  treatment: { signal: 'absorbance', bin: 16, snv: true, derivative: false },
  alphaMilli: 50,
  components: undefined,
  scans: 1,
  spreadMilli: 50,
  span: 1,
  madeAt: '2026-01-01T00:00:00.000Z',
  until: '2027-01-01T00:00:00.000Z',
}

function tell(what: string, { model, simca, own }: Trained): void {
  const { training } = model
  console.info(
    [
      `${what}: ${own.length} spectra, ${training.method}`,
      `  class model alone: sensitivity ${shareText(simca.sensitivity)}, specificity ${shareText(simca.specificity!)}`,
      `  with PLS-DA:       sensitivity ${shareText(training.sensitivity)}, specificity ${shareText(training.specificity!)}`,
    ].join('\n'),
  )
}

describe.skipIf(folder === undefined)('models of open data', { timeout: 120_000 }, () => {
  it('tell Arabica from Robusta', async () => {
    const columns = readColumns('FTIR_Spectra_instant_coffee.csv')
    const of = (name: string): SpectraTable => tableOf(columns.filter(({ className }) => className === name))
    const trained = await train(of('Arabica'), of('Robusta'), wish)
    tell('Instant coffee, Arabica against Robusta', trained)
    expect(trained.own).toHaveLength(29)
    expect(trained.others).toHaveLength(27)
    // Chance would be right in half of them.
    expect(trained.model.training.sensitivity.right).toBeGreaterThanOrEqual(22)
    expect(trained.model.training.specificity!.right).toBeGreaterThanOrEqual(22)
    // What is published is what is run: the bytes give the same distances.
    const read = parseModel(trained.bytes)
    expect(distances(trained.own[0]!.treated, read)).toEqual(distances(trained.own[0]!.treated, trained.model))
  })

  it('tell the olive oils of one country from others, less well', async () => {
    const columns = readColumns('FTIR_Spectra_olive_oils.csv')
    const names = [...new Set(columns.map(({ className }) => className))]
    expect(names).toHaveLength(4)
    for (const name of names) {
      const own = tableOf(columns.filter(({ className }) => className === name))
      const others = tableOf(columns.filter(({ className }) => className !== name))
      // Both spectra of an oil stay together.
      expect(new Set(own.samples.map(({ group }) => group)).size).toBe(own.samples.length / 2)
      const trained = await train(own, others, wish)
      tell(`Olive oil, ${name} against the rest`, trained)
      const { right, of } = trained.model.training.specificity!
      expect(right).toBeGreaterThan(of / 2)
    }
  })

  it('begin with values that a real AS7265x gave', () => {
    const lines = readFileSync(`${folder}/spectra/as7265x_banana_150.dat`, 'utf8').trim().split('\n')
    expect(lines).toHaveLength(150)
    for (const line of lines) {
      const raw = line.trim().split(/\s+/).slice(2, 20)
      const values = rawValues(raw.join(', '))!
      expect(values.map(Number).toSorted((a, b) => a - b)).toEqual(raw.map(Number).toSorted((a, b) => a - b))
      // R, the ninth by wavelength, comes first on the wire.
      expect(values[8]).toBe(Number(raw[0]))
    }
  })
})

describe('training', () => {
  const rows = (count: number, bump: number): string =>
    Array.from({ length: count }, (_, i) => {
      const values = Array.from({ length: 12 }, (_, k) => {
        const wiggle = Math.sin(i * 12.9898 + k * 78.233) * 0.01
        return (0.5 + 0.03 * k + 0.05 * Math.sin(i) + (k === 5 ? bump : 0) + wiggle).toFixed(5)
      })
      return `s${i},g${Math.floor(i / 2)},${values.join(',')}`
    }).join('\n')
  const head = `sample,group,${Array.from({ length: 12 }, (_, k) => 400 + 50 * k).join(',')}`
  const table = (count: number, bump: number): SpectraTable => parseSpectraCsv(`${head}\n${rows(count, bump)}`, 'nm')
  const small: Training = { ...wish, given: 'reflectance', treatment: { ...wish.treatment, bin: 1 } }

  it('gives the same bytes for the same data', async () => {
    const [a, b] = [await train(table(40, 0), table(20, 0.2), small), await train(table(40, 0), table(20, 0.2), small)]
    expect(a.bytes).toEqual(b.bytes)
    expect(a.model.training.specificity).toEqual({ right: 20, of: 20 })
    expect(a.model.training.sensitivity.right).toBeGreaterThan(30)
    expect(a.groups).toBe(20)
  })

  it('refuses what no model can be made of', async () => {
    await expect(train(table(8, 0), undefined, small)).rejects.toThrow('at least 6 samples')
    const other = parseSpectraCsv('sample,1,2\na,1,2', 'nm')
    await expect(train(table(40, 0), other, small)).rejects.toThrow('axes')
  })

  it.each([
    ['', 'no spectra'],
    ['sample,400,450\n', 'no spectra'],
    ['400,450\n1,2', 'line 1'],
    ['sample,400,450\na,1', 'line 2'],
    ['sample,400,450\na,1,x', 'line 2'],
    ['sample,400,450\na,1,', 'line 2'],
    ['sample,400,500,450\na,1,2,3', 'not in order'],
    ['sample,a,b,400\na,1,2,3', 'line 1'],
  ])('says where a table is wrong: %j', (text, why) => {
    expect(() => parseSpectraCsv(text, 'nm')).toThrow(why)
  })

  it('reads an axis that goes down, quotes, comments and other separators', () => {
    const read = parseSpectraCsv('\ufeff# made by hand\nsample;"1000";"900"\n"a";2;1\n', 'cm-1')
    expect(read.axis.milli).toEqual([900_000, 1_000_000])
    expect(read.samples[0]).toMatchObject({ name: 'a', values: [1, 2] })
  })
})
