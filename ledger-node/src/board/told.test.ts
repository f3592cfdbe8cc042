import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { Metrics } from '../metrics.ts'
import { showBoard } from './board-metrics.ts'
import { CONCERN_TONES } from './concerns.ts'
import { sentenceOf } from './sentences.ts'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const CODES = Object.keys(CONCERN_TONES)

it('what the board says is in the handbook, in its order, with its tone', () => {
  const [, section = ''] = /### What the board says\n(.*?)\n\*\*To be called/s.exec(read('docs/operate.md')) ?? []
  let tone: string | undefined
  const told = section.split('\n').flatMap((line) => {
    tone = /\(`(stop|care|idle)`\)/.exec(line)?.[1] ?? tone
    const code = /^\| `([A-Z_]+)` \| .+ \| .+ \|$/.exec(line)?.[1]
    return code === undefined ? [] : [[code, tone]]
  })
  expect(told).toEqual(Object.entries(CONCERN_TONES))
})

it.each(['zh', 'en'])('the page has a sentence for it, and what to do (%s)', (lang) => {
  const words = read(`verifier-web/src/board/words/${lang}.ts`)
  expect(CODES.filter((code) => !words.includes(`'concern.${code}'`) || !words.includes(`'do.${code}'`))).toEqual([])
})

interface Alerts {
  groups: { rules: { alert: string; expr: string; labels: { severity: string }; annotations: object }[] }[]
}

it('every alert asks for what a node shows, and is in the handbook', async () => {
  const { registry } = new Metrics()
  showBoard(registry, () => Promise.reject(new Error('not asked')))
  // A state that cannot be had leaves everything else to be seen.
  const shown = await registry.metrics()
  expect(shown).not.toMatch(/^tristamp_(concern|gateways|disk_free_bytes|checkpoint_time_seconds)[ {]/m)
  const known = new Set(registry.getMetricsAsArray().flatMap(({ name }) => [name, `${name}_bucket`]))
  const rules = (parse(read('deploy/prometheus/alerts.yaml')) as Alerts).groups.flatMap((group) => group.rules)
  expect(rules.length).toBeGreaterThan(5)
  const handbook = read('docs/operate.md')
  for (const { alert, expr, labels, annotations } of rules) {
    expect((expr.match(/\btristamp_\w+/g) ?? []).filter((name) => !known.has(name))).toEqual([])
    expect(labels.severity).toMatch(/^(page|ticket)$/)
    expect(Object.keys(annotations)).toEqual(['summary', 'description'])
    expect(handbook).toContain(`\`${alert}\``)
  }
})

it('every code that a gateway can count has a sentence of its own, and every refused batch has one', () => {
  const codes = [...new Set(read('edge-agent/src/error.ts').match(/'[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+'/g))]
  expect(codes.length).toBeGreaterThan(50)
  const { en: other } = sentenceOf('NEVER_HEARD_OF', 'gateway')
  expect(codes.filter((code) => sentenceOf(code.slice(1, -1), 'gateway').en === other)).toEqual([])
  expect(sentenceOf('GS1_CHECK_DIGIT', 'batch').en).not.toBe(other)
  // Its own full disk is not this node's.
  expect(sentenceOf('DISK_FULL', 'gateway').en).toContain('gateway')
})
