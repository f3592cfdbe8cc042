import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { gatewayText } from './_gateway.ts'
import { parseConfig } from './config.ts'
import { drivers } from './driver/index.ts'

const folder = new URL('../../docs/gateway/', import.meta.url)
const pages = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
/** The devices that the pages show, from every YAML block that is a list of them. */
const devices = pages
  .flatMap((page) => [...page.matchAll(/```yaml\n(- \{[\s\S]*?)```/g)])
  .flatMap(([, block]) => parse(block!) as { id: string; driver?: string }[])
  .filter(({ driver }) => driver !== undefined)

it.each(devices.map((device) => [device.driver, device] as const))(
  'docs/gateway: a %s is taken as it stands there',
  (_, device) => {
    const { folder: home, text } = gatewayText({ devices: JSON.stringify([device]) })
    expect(parseConfig(text, join(home, 'gateway.yaml')).devices).toHaveLength(1)
  },
)

it('docs/gateway has every thermometer, scanner, tag reader and receiver', () => {
  const shown = new Set(devices.map(({ driver }) => driver))
  const wanted = [...drivers.values()].filter(({ gives }) => ['reading', 'scan', 'fix'].includes(gives))
  expect(wanted.map(({ kind }) => kind).filter((kind) => !shown.has(kind))).toEqual([])
})
