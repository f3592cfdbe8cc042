// What programs that play campaigns share: rates with their intervals, and the table in README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const README = fileURLToPath(new URL('README.md', import.meta.url))

/** `12.3 % (10.1–14.9)`: a rate with Wilson's interval at 95 %, right also where nothing or everything was found. */
export function rate(found, of, digits = 1) {
  const z = 1.96
  const p = found / of
  const mid = p + (z * z) / (2 * of)
  const half = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  const bound = (value) => Math.max(0, Math.min(100, (100 * value) / (1 + (z * z) / of))).toFixed(digits)
  return `${(100 * p).toFixed(digits)} % (${bound(mid - half)}–${bound(mid + half)})`
}

/** Runs `report({ lives, seed })` as a program: `[--lives N] [--seed N] [--write]`. `--write` puts its table between the marks of this name in README.md. */
export function campaign(name, report) {
  const text = (value) => ({ type: 'string', default: value })
  const { values } = parseArgs({
    options: { lives: text('1000'), seed: text('1'), write: { type: 'boolean', default: false } },
  })
  const table = report({ lives: Number(values.lives), seed: Number(values.seed) })
  console.log(table)
  if (!values.write) return
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = readFileSync(README, 'utf8').split(begin)
  writeFileSync(README, `${before}${begin}\n${table}\n${end}${rest.split(end)[1]}`)
}
