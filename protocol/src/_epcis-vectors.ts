import { readFileSync } from 'node:fs'
import { vectors } from '../../test/_vectors.ts'

const folder = vectors('epcis')

/** The cases of one vector file, or none where this checkout has no vectors. */
export function cases<T>(file: string): T[] {
  return (epcisVector<{ cases: T[] }>(`${file}.json`) ?? { cases: [] }).cases
}

/** One vector file as JSON, or undefined where this checkout has no vectors. */
export function epcisVector<T>(path: string): T | undefined {
  const text = epcisVectorText(path)
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

/** One vector file as text, or undefined where this checkout has no vectors. */
export function epcisVectorText(path: string): string | undefined {
  return folder === undefined ? undefined : readFileSync(`${folder}/${path}`, 'utf8')
}
