import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { gatewayText } from '../_gateway.ts'
import { SpectrumJsonLines } from '../codec/spectrum-json.ts'
import { parseConfig } from '../config.ts'
import { parseSpectraCsv } from '../model/spectra-csv.ts'

const page = readFileSync(new URL('../../../docs/gateway/spectra.md', import.meta.url), 'utf8')

it('docs/gateway/spectra.md: the configuration is taken as it stands there', () => {
  const [, tests = ''] = /```yaml\ntests:\n([\s\S]*?)```/.exec(page)!
  const { folder, text } = gatewayText({
    devices: '[{ id: triad, driver: as7265x, port: /dev/x }, { id: gun, driver: scanner, port: /dev/y }]',
    stations: '[{ id: dock, scanner: gun, start: receive, actions: { receive: } }]',
    tests: `\n${tests}`,
  })
  const [test] = parseConfig(text, join(folder, 'gateway.yaml')).tests
  expect(test).toMatchObject({
    station: 'dock',
    scans: 3,
    referenceMs: 8 * 3_600_000,
    model: join(folder, 'models/olive-oil.json'),
  })
})

it('docs/gateway/spectra.md: the answers of the open protocol are understood', () => {
  const [, block = ''] = /```jsonc\n([\s\S]*?)```/.exec(page)!
  const answers = block
    .replaceAll(/\n {2,}/g, '')
    .split('\n')
    .filter((line) => line.startsWith('←'))
    .map((line) => line.slice(1).replace(/\/\/.*$/, ''))
  const codec = new SpectrumJsonLines()
  const messages = codec.push(Buffer.from(`${answers.join('\n')}\n`))
  expect(messages.map(({ kind }) => kind)).toEqual(['identity', 'scan', 'failure'])
})

it('docs/gateway/spectra.md: the table of spectra is one', () => {
  const [, block = ''] = /```csv\n([\s\S]*?)```/.exec(page)!
  const { axis, samples } = parseSpectraCsv(block, 'nm')
  expect(axis.milli).toHaveLength(18)
  expect(samples[0]).toMatchObject({ name: 'oil 1 a', group: 'oil 1' })
})
