import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '@tristamp/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Child, root } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION, STATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { until } from '../_harness/until.ts'

// A spectroscopic test from the instrument to a reader: simulator, gateway, ledger and `tristamp verify`, each a process of its own.

const folder = temporaryFolder()
const path = (...parts: string[]): string => join(folder.path, ...parts)
const LOT = (lot: string): string => `https://id.gs1.org/01/09506000134352/10/${lot}`

let ledger: TestLedger
let simulator: Child | undefined
let agent: Child | undefined

beforeAll(async () => {
  ledger = await (await TestLedger.found(path('ledger'))).start()
  simulator = Child.start('sim', ['--scenario', 'lab', '--dir', path('sim')])
  const [line] = await simulator.says(/^\{"type":"ready".*\}$/m)
  const { ports } = JSON.parse(line) as { ports: Record<string, string> }
  await makeModel()
  const config = path('gateway.yaml')
  writeFileSync(config, JSON.stringify(configuration(ports)))
  const { out, err, exit } = await Child.run('agent', ['init', '--config', config])
  expect(exit, err).toBe(0)
  await ledger.enrol(ORGANISATION, JSON.parse(out) as Operation)
  agent = Child.start('agent', ['run', '--config', config])
  for (const device of ['scanner', 'gnss', 'spectrometer', 'scanner2', 'nir'])
    await agent!.says(new RegExp(`device ${device} is up`))
  await agent!.says(/clock set by GNSS/)
  // The sample lies there until the gateway says that it has measured it.
  await show(OIL, 'white', 'tristamp:do/white-reference', /✓ white reference/)
  await show(OIL, 'olive-oil', 'tristamp:do/test', /now: test/)
  await show(OIL, 'olive-oil', '(01)09506000134352(10)GOOD', /✓ test .*GOOD/)
  await show(OIL, 'olive-oil+20%sunflower-oil', '(01)09506000134352(10)MIXED', /✓ test .*MIXED/)
  simulator!.write('fault site.spectrometer saturated')
  await show(OIL, 'olive-oil', '(01)09506000134352(10)BLIND', /✓ test .*BLIND/)
  await show(MILK, 'white', 'tristamp:do/white-reference', /✓ white reference .* powder/)
  await show(MILK, 'milk-powder', 'tristamp:do/test', /now: test at powder/)
  await show(MILK, 'milk-powder', '(01)09506000134352(10)MILK', /✓ test .*MILK/)
  await show(MILK, 'milk-powder+8%melamine', '(01)09506000134352(10)POWDER', /✓ test .*POWDER/)
}, 180_000)

afterAll(async () => {
  await agent?.[Symbol.asyncDispose]()
  await simulator?.[Symbol.asyncDispose]()
  await ledger[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

type Bench = readonly [instrument: string, scanner: string]
const OIL: Bench = ['site.spectrometer', 'site.scanner']
const MILK: Bench = ['site.nir', 'site.scanner2']

async function show([instrument, scanner]: Bench, sample: string, code: string, said: RegExp): Promise<void> {
  simulator!.write(`scan ${instrument} ${sample}`)
  simulator!.write(`scan ${scanner} ${code}`)
  await agent!.says(said, 30_000)
}

/** As an operator makes one: spectra of good and mixed oil, and the gateway's own command. */
async function makeModel(): Promise<void> {
  const spectra = async (file: string, ...args: string[]): Promise<void> => {
    const { out, exit } = await Child.run('sim', ['spectra', ...args])
    expect(exit).toBe(0)
    writeFileSync(path(file), out)
  }
  await spectra('good.csv', '--sample', 'olive-oil', '--count', '80')
  await spectra('mixed.csv', '--sample', 'olive-oil+15%sunflower-oil', '--count', '40', '--seed', '5')
  const train = async (...args: string[]): Promise<void> => {
    const { exit, err } = await Child.run('agent', ['model', 'train', '--alpha', '0.01', ...args])
    expect(exit, err).toBe(0)
  }
  const oil = ['--in', path('good.csv'), '--adulterated', path('mixed.csv'), '--out', path('oil.json')]
  await train(...oil, '--report', path('oil.html'))
  const axis = ['--axis', '900:1700:10']
  await spectra('milk.csv', '--sample', 'milk-powder', '--count', '80', ...axis)
  const nir = ['--instrument', 'nir-module', '--setting', 'integrationUs=20000', '--bin', '2']
  await train('--in', path('milk.csv'), '--out', path('milk.json'), ...nir)
}

function configuration(ports: Record<string, string>): object {
  const calibration = { id: 'https://lab.example/calibration/17', until: '2046-01-01T00:00:00.000Z' }
  return {
    gateway: {
      org: 'test',
      id: 'lab1',
      uri: 'https://id.gs1.org/8004/9506000134LAB1',
      station: STATION,
      roles: ['commission', 'observe', 'receive'],
    },
    data: path('data'),
    uplink: { url: ledger.mqttUrl, ledgerKey: ledger.ackKey },
    batch: { flushMs: 100, maxEvents: 64 },
    place: { source: 'gnss', device: 'gnss' },
    clock: { source: 'gnss', device: 'gnss', almanac: '1ms' },
    devices: [
      { id: 'scanner', driver: 'scanner', port: ports['site.scanner'], baudRate: 38_400 },
      { id: 'gnss', driver: 'nmea', port: ports['site.gnss'], baudRate: 38_400 },
      { id: 'spectrometer', driver: 'as7265x', port: ports['site.spectrometer'] },
      { id: 'scanner2', driver: 'scanner', port: ports['site.scanner2'], baudRate: 38_400 },
      { id: 'nir', driver: 'spectrum-json', port: ports['site.nir'] },
    ],
    stations: [
      { id: 'dock', scanner: 'scanner', start: 'receive', actions: { receive: {} } },
      { id: 'powder', scanner: 'scanner2', start: 'receive', actions: { receive: {} } },
    ],
    tests: [
      { station: 'dock', spectrometer: 'spectrometer', model: path('oil.json'), calibration },
      { station: 'powder', spectrometer: 'nir', model: path('milk.json'), calibration },
    ],
  }
}

interface Told {
  exit: number | null
  result: string
  code?: string
  facts: { tests?: string[] }
}

/** What `tristamp verify` says of a lot, with evidence from a folder. */
async function verified(lot: string, evidence?: string): Promise<Told> {
  const file = path(`${lot}.tristamp`)
  const answer = await fetch(`${ledger.url}/v1/history?subject=${encodeURIComponent(LOT(lot))}`)
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const flags = evidence === undefined ? [] : ['--evidence', evidence]
  const args = ['verify', file, '--log', ledger.vkey, '--json', ...flags]
  const { status, stdout } = spawnSync(process.execPath, [root('ledger-node/bin/tristamp.mjs'), ...args], {
    encoding: 'utf8',
  })
  return { exit: status, ...(JSON.parse(stdout) as Omit<Told, 'exit'>) }
}

const held = (): string => join(ledger.data, 'evidence', 'sha-256')

it('a reader runs the tests again, and gets the same integers', async () => {
  await until('the last test is sealed', async () => (await verified('POWDER')).result === 'holds', 60_000)
  const good = await verified('GOOD', held())
  expect(good).toMatchObject({ exit: 0, result: 'holds' })
  expect(good.facts.tests).toEqual([expect.stringMatching(/^\d+\/0 consistent [\d.]+ \(limit [\d.]+\): agrees$/)])
  expect((await verified('MIXED', held())).facts.tests).toEqual([
    expect.stringMatching(/^\d+\/0 suspicious [\d.]+ \(limit [\d.]+\): agrees$/),
  ])
  // Another instrument, another protocol, 81 points.
  expect((await verified('MILK', held())).facts.tests![0]).toMatch(/ consistent .*: agrees$/)
  expect((await verified('POWDER', held())).facts.tests![0]).toMatch(/ suspicious .*: agrees$/)
  expect((await verified('BLIND', held())).facts.tests).toEqual([
    expect.stringMatching(/^\d+\/0 inconclusive SATURATED: agrees$/),
  ])
})

it('without evidence it says that it has not run them', async () => {
  const told = await verified('GOOD')
  expect(told).toMatchObject({ exit: 0, result: 'holds' })
  expect(told.facts.tests![0]).toMatch(/: missing$/)
})

it('a changed measurement, and a changed model, are refused', async () => {
  const names = readdirSync(held())
  // Five measurements and two models.
  expect(names).toHaveLength(7)
  const bytesOf = (name: string): Buffer => readFileSync(join(held(), name))
  const isModel = (name: string): boolean => bytesOf(name).includes('TristampSpectrumModel')
  for (const [what, chosen] of [
    ['model', names.filter(isModel)],
    ['measurements', names.filter((name) => !isModel(name))],
  ] as const) {
    const altered = path(`altered ${what}`)
    mkdirSync(altered)
    for (const name of names) {
      const bytes = bytesOf(name)
      if (chosen.includes(name)) bytes[bytes.length - 5]! ^= 1
      writeFileSync(join(altered, name), bytes)
    }
    const told = await verified('GOOD', altered)
    expect(told).toMatchObject({ exit: 1, result: 'fails', code: 'TEST_DIFFERS' })
    expect(told.facts.tests![0]).toMatch(/differs \(the (model|measurement) was changed\)$/)
  }
})

it('the gateway keeps no evidence that the ledger has', async () => {
  await until('the folder is empty', () => readdirSync(path('data', 'evidence')).length === 0)
})

it('the report of the model stands alone', () => {
  const report = readFileSync(path('oil.html'), 'utf8')
  expect(report).toMatch(/^<!doctype html>/)
  expect(report).toContain('Sensitivity')
  expect(report).not.toMatch(/<script|src=|href=/)
})
