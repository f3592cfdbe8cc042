// npm run bench [-- name…] [--quick] [--write]: measures, prints a table, and with --write keeps it in README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const NAMES = [
  'map',
  'intake',
  'latency',
  'history',
  'storage',
  'audit',
  'page',
  'gateway',
  'backlog',
  'trace',
  'exports',
]
const README = fileURLToPath(new URL('./README.md', import.meta.url))
const [BEGIN, END] = ['<!-- figures -->', '<!-- /figures -->']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    subjects: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
})
const names = positionals.length > 0 ? positionals : NAMES
const unknown = names.find((name) => !NAMES.includes(name))
if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are ${NAMES.join(', ')}`)
  process.exit(2)
}
const options = {
  scale: values.quick ? 0.05 : 1,
  rounds: values.quick ? 1 : Number(values.rounds),
  subjects: values.quick ? 5000 : Number(values.subjects),
  say: (text) => console.error(text),
}

const rows = []
for (const name of names) {
  const { run } = await import(`./${name}.mjs`)
  rows.push(...(await run(options)))
}
const table = [
  ['what', 'measured', 'goal', 'naive floor'],
  ['---', '---', '---', '---'],
  ...rows.map(({ what, measured, goal, floor }) => [what, measured, goal, floor]),
].map((cells) => `| ${cells.join(' | ')} |`)
const text = [`${machine()}.`, '', ...table].join('\n')
console.log(text)
if (values.write) {
  const page = readFileSync(README, 'utf8')
  const [before, rest] = page.split(BEGIN)
  writeFileSync(README, `${before}${BEGIN}\n${text}\n${END}${rest.split(END)[1]}`)
}
process.exit(0)

function machine() {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 1e9)
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, ${cpus().length} × ${cpu.model.trim()}, ${memory} GB, ${type()}, Node ${process.version}, ${options.subjects} subjects before the intake`
}
