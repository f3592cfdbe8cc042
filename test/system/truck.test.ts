import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadScenario, startSimulator } from '@tristamp/firmware-sim'
import { type RecordedEvent, type StampedEvent, subjectsOf } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { gatewayConfig } from '../../edge-agent/src/_gateway.ts'
import { FakeLedger } from '../../edge-agent/src/_ledger.ts'
import { startAgent } from '../../edge-agent/src/agent.ts'
import { initAgent } from '../../edge-agent/src/init.ts'
import { readKeyFile } from '../../edge-agent/src/key-file.ts'
import { createLog } from '../../edge-agent/src/log.ts'
import { Signer } from '../../edge-agent/src/signer.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { until } from '../_harness/until.ts'

// A truck's whole day as its gateway has it: command cards under a scanner, goods by their tags at the door, air and place all the way.

const TRUCK = 'https://id.gs1.org/8003/09506000134307T27'
const PALLET = 'https://id.gs1.org/00/395060001340000018'
const pack = (n: number): string => `https://id.gs1.org/01/09506000134352/21/R${n}`

it('loads by mistake and takes it back, loads, drives and unloads, by tags', async () => {
  using folder = temporaryFolder()
  const scenario = loadScenario(fileURLToPath(new URL('../../firmware-sim/scenarios/truck.yaml', import.meta.url)))
  await using simulator = await startSimulator({ scenario, dir: join(folder.path, 'sim') })
  const ledger = await new FakeLedger().start()
  const { ports } = simulator
  const config = gatewayConfig({
    mqttPort: ledger.port,
    place: '{ source: gnss, device: gnss }',
    clock: '{ source: gnss, device: gnss }',
    devices: `
  - { id: gun, driver: scanner, port: "${ports['truck.scanner']}", baudRate: 38400 }
  - { id: door, driver: m100, port: "${ports['truck.gate']}", region: cn900, gone: 1s }
  - { id: cold, driver: modbus-th, port: "${ports['truck.thermo']}", every: 500ms, timeout: 200ms }
  - { id: gnss, driver: nmea, port: "${ports['truck.gnss']}", baudRate: 38400 }`,
    stations: `[{ id: truck, scanner: gun, readers: [door], thermometer: cold, holds: "${TRUCK}", workflow: truck }]`,
  })
  await initAgent(config)
  ledger.enrol(config, new Signer(readKeyFile(join(config.data, 'key.pem')), config.gateway))
  const lines: string[] = []
  const stop = new AbortController()
  const agent = await startAgent(
    config,
    stop.signal,
    createLog((line) => void lines.push(line), 'en'),
  )
  try {
    const says = (text: string): boolean => lines.some((line) => line.includes(text))
    for (const text of ['gun is up', 'door is up', 'cold is up', 'clock set by GNSS'])
      await until(text, () => says(text))
    await simulator.play()
    await until('all is recorded', () => steps(ledger.events).length === 5)

    const [wrong, declared, load, onTheWay, unload] = steps(ledger.events)
    expect(wrong).toMatchObject({ type: 'AggregationEvent', action: 'ADD', parentID: TRUCK, childEPCs: [pack(2)] })
    // The same event once more, and that it did not happen; nothing else is another.
    const { errorDeclaration, ...same } = declared!
    expect(same).toEqual(wrong)
    expect(errorDeclaration).toMatchObject({ reason: 'did_not_occur' })
    expect(load).toMatchObject({ bizStep: 'loading', parentID: TRUCK, childEPCs: [PALLET, pack(1)] })
    expect(onTheWay).toMatchObject({
      type: 'ObjectEvent',
      action: 'OBSERVE',
      bizStep: 'transporting',
      disposition: 'in_transit',
      epcList: [PALLET, pack(1)],
      bizLocation: { id: TRUCK },
    })
    expect(unload).toMatchObject({ action: 'DELETE', bizStep: 'unloading', childEPCs: [PALLET, pack(1)] })
    // On the way the air of four hours belongs to the goods, and the place is another.
    const [element] = onTheWay!.sensorElementList!
    const measured = Date.parse(element!.sensorMetadata!.endTime!) - Date.parse(element!.sensorMetadata!.startTime!)
    expect(measured).toBeGreaterThan(3.5 * 3_600_000)
    expect(onTheWay!['tristamp:geo']).toMatchObject({ source: 'gnss' })
    expect(onTheWay!['tristamp:geo'].lonE7).not.toBe(load!['tristamp:geo'].lonE7)
    // A tag proves no more than a label: an instrument read it, and that is all that is said.
    for (const event of steps(ledger.events)) expect(event['tristamp:origin']).toBe('device')

    // The tag that names nothing was counted and told, and is in no event.
    expect(says('E200001D7315016521408FC6')).toBe(true)
    const status = JSON.parse(readFileSync(join(config.data, 'status.json'), 'utf8')) as {
      errors: Record<string, number>
    }
    expect(status.errors['TAG_UNKNOWN']).toBeGreaterThan(0)
    expect(says('✓ undone: load 1 item 01/09506000134352/21/R2 at truck')).toBe(true)
    expect(ledger.events.filter((event) => subjectsOf(event, '').includes(PALLET))).toHaveLength(3)
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lines.slice(-40).join('')}`, { cause: error })
  } finally {
    stop.abort()
    await agent[Symbol.asyncDispose]()
    await ledger.stop()
  }
})

/** What happened to goods, in order. */
function steps(events: readonly RecordedEvent[]): StampedEvent[] {
  const goods = events.filter(
    (event): event is StampedEvent => event.type !== 'TristampGovernance' && event.type !== 'TristampReport',
  )
  return goods.filter((event) => event.bizStep !== 'sensor_reporting')
}
