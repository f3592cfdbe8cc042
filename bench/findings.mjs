// What the rules over proven records find in honest and dishonest campaigns: rates with their 95 % intervals. `node bench/findings.mjs [--lives N] [--seed N] [--write]`
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findingsOf } from '@tristamp/protocol'
import { ATTACKS, honest } from './_campaigns.mjs'
import { Random } from './_random.mjs'

const README = fileURLToPath(new URL('./README.md', import.meta.url))
const [BEGIN, END] = ['<!-- findings -->', '<!-- /findings -->']
/** False alarms are counted over more lives, as they must be rarer. */
const HONEST_TIMES = 20

/** Wilson's interval at 95 %, in percent: right also where nothing or everything was found. */
function interval(found, of) {
  const z = 1.96
  const p = found / of
  const mid = p + (z * z) / (2 * of)
  const half = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  const bound = (value) => Math.max(0, Math.min(100, (100 * value) / (1 + (z * z) / of)))
  return [bound(mid - half), bound(mid + half)]
}

/** `99.2 % (98.5–99.6)` */
function rate(found, of, digits = 1) {
  const [low, high] = interval(found, of).map((value) => value.toFixed(digits))
  return `${((100 * found) / of).toFixed(digits)} % (${low}–${high})`
}

/** How many of so many honest lives have each finding, by `CODE severity`; and how many a contradiction, or a warning. */
export function falseAlarms(lives, seed) {
  const counts = new Map()
  const count = (key) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (let n = 0; n < lives; n++) {
    const found = findingsOf(honest(new Random(seed + n)))
    for (const key of new Set(found.flatMap(({ code, severity }) => [`${code} ${severity}`, severity]))) count(key)
  }
  return counts
}

/** In how many of so many lives an attack was found by what should find it; and in how many it was a contradiction. */
export function detections(name, lives, seed) {
  const { finds, life } = ATTACKS[name]
  let detected = 0
  let contradicted = 0
  for (let n = 0; n < lives; n++) {
    const found = findingsOf(life(new Random(seed + n)))
    // A doubt that honest records have too is no detection.
    if (found.some(({ code, severity }) => finds.includes(code) && severity !== 'note')) detected++
    if (found.some(({ severity }) => severity === 'contradiction')) contradicted++
  }
  return { detected, contradicted }
}

function report({ lives, seed }) {
  const many = lives * HONEST_TIMES
  const counts = falseAlarms(many, seed)
  const alarms = [...counts]
    .filter(([key]) => !key.endsWith('note'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, n]) => `| ${key} | ${n} | ${rate(n, many, 3)} |`)
  if (!counts.has('contradiction')) alarms.unshift(`| contradiction, any | 0 | ${rate(0, many, 3)} |`)
  const found = Object.keys(ATTACKS).map((name) => {
    const { detected, contradicted } = detections(name, lives, seed + 1_000_000)
    const blind = ATTACKS[name].blind ? ' (no rule can)' : ''
    return `| ${name} | ${ATTACKS[name].finds.map((code) => `\`${code}\``).join(' ')} | ${rate(detected, lives)}${blind} | ${rate(contradicted, lives)} |`
  })
  return [
    `${many.toLocaleString('en')} honest lives, ${lives.toLocaleString('en')} of each attack, seed ${seed}; 95 % intervals.`,
    '',
    '| in honest lives | lives with it | rate |',
    '|---|---|---|',
    ...alarms,
    '',
    '| attack | found by | found | "does not check out" |',
    '|---|---|---|---|',
    ...found,
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = (value) => ({ type: 'string', default: value })
  const { values } = parseArgs({
    options: { lives: text('1000'), seed: text('1'), write: { type: 'boolean', default: false } },
  })
  const table = report({ lives: Number(values.lives), seed: Number(values.seed) })
  console.log(table)
  if (values.write) {
    const [before, rest] = readFileSync(README, 'utf8').split(BEGIN)
    writeFileSync(README, `${before}${BEGIN}\n${table}\n${END}${rest.split(END)[1]}`)
  }
}
