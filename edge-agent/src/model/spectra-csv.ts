import { readFileSync, statSync } from 'node:fs'
import type { Axis } from '@tristamp/protocol'
import { AgentError, whyOf } from '../error.ts'

/** Spectra of one class, a row of the file for each. */
export interface SpectraTable {
  axis: Axis
  samples: TableSample[]
}

export interface TableSample {
  name: string
  /** Spectra of one thing stay together: a repeated measurement proves nothing about others. */
  group: string
  values: number[]
}

const MAX_BYTES = 64 * 1024 * 1024
const MAX_ROWS = 5000
const MAX_POINTS = 1024

/**
 * Reads a CSV: the first line `sample,group,410,435,…` (`group` may be left out), where the numbers are the points of the axis; then a line for
 * each spectrum. Lines that begin with `#` are passed over. @throws AgentError SPECTRA_MALFORMED
 */
export function readSpectraCsv(file: string, unit: Axis['unit']): SpectraTable {
  try {
    if (statSync(file).size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    return parseSpectraCsv(readFileSync(file, 'utf8'), unit)
  } catch (cause) {
    throw new AgentError('SPECTRA_MALFORMED', { file, why: whyOf(cause) }, { cause })
  }
}

/** @throws Error that says which line is wrong */
export function parseSpectraCsv(text: string, unit: Axis['unit']): SpectraTable {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ line: line.trim(), at: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
  const [head, ...rows] = lines
  if (head === undefined || rows.length === 0) throw new Error('no spectra')
  if (rows.length > MAX_ROWS) throw new Error(`more than ${MAX_ROWS} spectra`)
  const names = cells(head.line)
  const lead = names.findIndex((name) => name !== '' && Number.isFinite(Number(name)))
  if (lead < 1 || lead > 2) throw new Error(`line ${head.at}: expected sample, group (if any), then the axis`)
  const points = names.slice(lead).map(Number)
  if (points.length < 2 || points.length > MAX_POINTS) throw new Error(`line ${head.at}: 2 to ${MAX_POINTS} points`)
  const milli = points.map((point) => Math.round(point * 1000))
  const back = milli[0]! > milli.at(-1)!
  if (back) milli.reverse()
  if (!milli.every((point, i) => point > (milli[i - 1] ?? 0)))
    throw new Error(`line ${head.at}: the axis is not in order`)
  const samples = rows.map(({ line, at }) => {
    const [name = '', ...rest] = cells(line)
    const group = lead === 2 ? (rest.shift() ?? '') : `line ${at}`
    const values = rest.map((cell) => (cell === '' ? Number.NaN : Number(cell)))
    if (values.length !== points.length || !values.every(Number.isFinite))
      throw new Error(`line ${at}: expected ${points.length} numbers`)
    return { name: name.slice(0, 100), group, values: back ? values.reverse() : values }
  })
  return { axis: { unit, milli }, samples }
}

function cells(line: string): string[] {
  return line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}
