import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Enrolment, encodeEnrolment, signOnNoble } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { gatewayText, ledgerKey, ledgerSign } from './_gateway.ts'
import { type AgentConfig, loadConfig, parseConfig } from './config.ts'
import { changeBetween } from './config-diff.ts'
import { keepEnrolment, sameEnrolment, takeEnrolment } from './enrolment.ts'
import type { AgentError } from './error.ts'

const kid = new Uint8Array(32).fill(3)
const enrolment: Enrolment = {
  ...{ kid, org: 'yunling', gateway: 'farm-1', uri: 'https://id.gs1.org/8004/9506000134-FARM1' },
  station: 'https://id.gs1.org/414/9506000134024',
  roles: ['receive', 'observe'],
  entry: 5,
  treeSize: 9,
  place: { name: { zh: '冷库', en: 'Cold' }, zone: 'Asia/Urumqi', latE7: 1, lonE7: 2 },
  products: [{ product: 'https://id.gs1.org/01/09506000134352', minMilliC: 0, maxMilliC: 4000 }],
}

/** A file that leaves to the enrolment what it can. */
function bare(): { folder: string; text: string } {
  const { folder, text } = gatewayText({
    place: '{ source: enrolment, accuracyM: 30 }',
    devices:
      '[{ id: gun, driver: scanner, port: "tcp://127.0.0.1:9" }, { id: cold, driver: modbus-th, port: "tcp://127.0.0.1:10" }]',
    stations:
      '[{ id: dock, scanner: gun, thermometer: cold, limits: { product: "https://id.gs1.org/01/09506000134352" }, start: receive, actions: { receive: } }]',
  })
  return { folder, text: text.replace(/, station: "[^"]*",\s*roles: \[[^\]]*\], zone: Asia\/Shanghai/, '') }
}
const parse = (text: string, told?: Enrolment): AgentConfig => parseConfig(text, '/x/gateway.yaml', {}, told)
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as AgentError).code
  }
}

describe('what a configuration leaves to the enrolment', () => {
  it('is missing before, and comes from it after', () => {
    const { text } = bare()
    const before = parse(text)
    expect(before.enrolled).toMatchObject({ enrolment: undefined, missing: ['gateway.station', 'gateway.roles'] })
    expect(before.place).toEqual({ source: 'site' })
    expect(before.stations[0]?.limits).toBeUndefined()
    const after = parse(text, enrolment)
    expect(after.enrolled).toMatchObject({ missing: [], differences: [] })
    expect(after.gateway).toMatchObject({
      station: enrolment.station,
      roles: ['receive', 'observe'],
      zone: 'Asia/Urumqi',
    })
    expect(after.place).toEqual({ source: 'site', site: { latE7: 1, lonE7: 2, accuracyM: 30 } })
    expect(after.stations[0]).toMatchObject({ holds: enrolment.station, limits: { minMilliC: 0, maxMilliC: 4000 } })
    expect(changeBetween(before, after)).toBe('whole')
    expect(changeBetween(after, parse(text, { ...enrolment, products: [] }))).toBe('parts')
    expect(changeBetween(after, parse(text, { ...enrolment }))).toBe('none')
  })

  it('is said where it is registered nowhere', () => {
    const { place: _place, products: _products, ...rest } = enrolment
    const { differences } = parse(bare().text, rest).enrolled
    expect(differences.map(({ path }) => path)).toEqual(['place', 'stations[0].limits'])
  })

  it('differs: the ledger’s counts for what can be signed, and both are told', () => {
    const config = parse(gatewayText().text, enrolment)
    expect(config.enrolled.differences).toEqual([
      { path: 'gateway.station', given: 'https://id.gs1.org/414/9506000134017', enrolled: enrolment.station },
      {
        path: 'gateway.roles',
        given: 'commission observe pack receive sell ship transform',
        enrolled: 'observe receive',
      },
      { path: 'gateway.zone', given: 'Asia/Shanghai', enrolled: 'Asia/Urumqi' },
    ])
    expect(config.gateway).toMatchObject({
      station: enrolment.station,
      roles: ['receive', 'observe'],
      zone: 'Asia/Shanghai',
    })
  })
})

describe('an enrolment that comes over the network', () => {
  const config = parse(gatewayText().text)
  const sealed = (change: Partial<Enrolment> = {}, sign = ledgerSign): Uint8Array =>
    encodeEnrolment({ ...enrolment, ...change }, ledgerKey, sign)

  it('is taken when the ledger signed it for a key of this gateway, and it is no older', () => {
    expect(takeEnrolment(sealed(), config, [kid])).toEqual(enrolment)
    const known = { ...config, enrolled: { ...config.enrolled, enrolment } }
    expect(takeEnrolment(sealed({ treeSize: 8 }), known, [kid])).toBeUndefined()
    expect(sameEnrolment(enrolment, { ...enrolment, treeSize: 100 })).toBe(true)
    expect(sameEnrolment(enrolment, { ...enrolment, roles: ['observe'] })).toBe(false)
    expect(sameEnrolment(undefined, enrolment)).toBe(false)
  })

  it.each([
    ['another signed it', () => sealed({}, signOnNoble(new Uint8Array(32).fill(1)))],
    ['it is for another gateway', () => sealed({ gateway: 'farm-2' })],
    ['it is for another key', () => sealed({ kid: new Uint8Array(32) })],
    ['it is noise', () => new Uint8Array(100)],
  ])('is refused when %s', (_, bytes) => {
    expect(codeOf(() => takeEnrolment(bytes(), config, [kid]))).toBe('ENROLMENT_REFUSED')
  })

  it('is kept over a restart; a file that is damaged is as none', () => {
    const { folder, text } = bare()
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, text)
    mkdirSync(join(folder, 'data'))
    keepEnrolment(join(folder, 'data'), sealed())
    expect(loadConfig(file).gateway.station).toBe(enrolment.station)
    writeFileSync(
      join(folder, 'data', 'enrolment.cbor'),
      sealed({ station: 'https://id.gs1.org/414/9506000134031' }, signOnNoble(new Uint8Array(32))),
    )
    expect(loadConfig(file).enrolled).toMatchObject({
      enrolment: undefined,
      missing: ['gateway.station', 'gateway.roles'],
    })
  })
})
