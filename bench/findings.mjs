// What the rules over proven records find in honest and dishonest campaigns: rates with their 95 % intervals. `node bench/findings.mjs [--lives N] [--seed N] [--write]`
import { fileURLToPath } from 'node:url'
import { findingsOf, gainsOfRuns, seriesAlike } from '@tristamp/protocol'
import { campaign, rate } from './_campaign.mjs'
import { Random } from './_random.mjs'
import { ATTACKS, honest } from './campaigns/index.mjs'

/** What every reader finds in the records, what a node finds in all records of a process, and the desk in thermometers. */
const foundIn = (life) => [...findingsOf(life), ...gainsOfRuns(life.events), ...seriesAlike(life.events)]

/** False alarms are counted over more lives, as they must be rarer. */
const HONEST_TIMES = 20

/** How many of so many honest lives have each finding, by `CODE severity`; and how many a contradiction, or a warning. */
export function falseAlarms(lives, seed) {
  const counts = new Map()
  const count = (key) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (let n = 0; n < lives; n++) {
    const found = foundIn(honest(new Random(seed + n)))
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
    const found = foundIn(life(new Random(seed + n)))
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

if (process.argv[1] === fileURLToPath(import.meta.url)) campaign('findings', report)
