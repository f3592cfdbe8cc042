import { readFileSync } from 'node:fs'
import type { Json } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { BUYER, FARM, LETTUCE, lettuceChain, NAMES, PALLET, PLANT, SALAD, SCOPE, step } from './_chain.ts'
import type { ExportedEvent } from './exported-event.ts'
import { fsmaSheets } from './fsma.ts'
import type { CellValue, Sheet } from './sheet.ts'

const made = (events: readonly ExportedEvent[], goods: string[] = [], scope = SCOPE): Sheet[] =>
  fsmaSheets(events, { scope, goods }, NAMES)
const sheet = (sheets: readonly Sheet[], name: string): Record<string, CellValue>[] => {
  const { columns, rows } = sheets.find((one) => one.name === name)!
  return rows.map((row) => Object.fromEntries(columns.map(({ title }, i) => [title, row[i]!])))
}

describe('the FSMA 204 workbook', () => {
  test('has a front sheet, one for each critical tracking event, and one for the others', () => {
    const sheets = made([])
    expect(sheets.map(({ name }) => name)).toEqual([
      'About this file',
      'Growing & harvesting',
      'Cooling',
      'Initial packing',
      'First land-based receiving',
      'Shipping',
      'Receiving',
      'Transformation',
      'Other events',
    ])
    for (const { name, columns, plain } of sheets) {
      expect(name.length).toBeLessThanOrEqual(31)
      if (plain !== true) expect(new Set(columns.map(({ title }) => title)).size).toBe(columns.length)
    }
  })

  test('tells each step of a lot with its key data elements, and nothing that was not recorded', () => {
    const sheets = made(lettuceChain(), [LETTUCE, SALAD])
    const [harvest] = sheet(sheets, 'Growing & harvesting')
    expect(harvest).toMatchObject({
      'Traceability lot code': LETTUCE,
      'TLC: GTIN': '09506000134352',
      'TLC: lot number': 'L7',
      'Product description': 'Lettuce / 生菜',
      Quantity: 100.5,
      'Quantity: unit of measure': 'KGM',
      'Farm where harvested: identifier': FARM,
      'Farm where harvested: name': null,
      'Farm where harvested: telephone': null,
      'Field or growing area': 'FIELD7',
      'Date of harvesting: time zone': '+08:00',
      'Immediate subsequent recipient: identifier': null,
      'Reference document: number': null,
      'Recorded by: organisation': 'Farm / 农场',
    })
    const [packed] = sheet(sheets, 'Initial packing')
    expect(packed).toMatchObject({
      'Traceability lot code': LETTUCE,
      'Quantity packed': 20,
      'TLC source: identifier': FARM,
      'Harvester: business name': 'Farm / 农场',
      'Date of cooling': null,
    })
    const [shipped] = sheet(sheets, 'Shipping')
    expect(shipped).toMatchObject({
      'Traceability lot code': LETTUCE,
      'Logistic unit': PALLET,
      Quantity: 20,
      'Immediate subsequent recipient: name': 'Buyer / 买方',
      'Immediate subsequent recipient: identifier': BUYER,
      'Location shipped from: identifier': FARM,
      'Reference document: type': 'desadv',
      'Reference document: number': 'urn:epcglobal:cbv:bt:9506000134307:77',
    })
    expect(sheet(sheets, 'Receiving')).toEqual([
      expect.objectContaining({
        'Traceability lot code': LETTUCE,
        'Location received: name': 'Plant / 工厂',
        'Location received: address': '1 Road / 路一号',
      }),
    ])
    expect(
      sheet(sheets, 'Transformation').map((row) => [
        row['Used or made'],
        row['Traceability lot code'],
        row['Quantity'],
      ]),
    ).toEqual([
      ['used', LETTUCE, 20],
      ['made', SALAD, 90],
    ])
    const [, output] = sheet(sheets, 'Transformation')
    expect(output).toMatchObject({ 'Quantity: unit of measure': 'pieces', 'TLC source: identifier': PLANT })
    // The second packing, of the box onto the pallet, is no initial one.
    expect(sheet(sheets, 'Other events').map((row) => row['Business step'])).toEqual(['packing'])
  })

  test('counts items under their lot, and leaves out what was taken back', () => {
    const items = [1, 2, 3].map((n) => `https://id.gs1.org/01/09506000134352/21/A${n}`)
    const make = step({
      type: 'ObjectEvent',
      action: 'ADD',
      bizStep: 'commissioning',
      epcList: items,
      ilmd: { 'cbvmda:lotNumber': 'L7' },
    })
    const ship = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', epcList: items.slice(1) }
    const sheets = made([make, step(ship), step(ship, { state: 'taken back' }), step(ship, { state: 'declares' })])
    expect(sheet(sheets, 'Growing & harvesting').map((row) => [row['Traceability lot code'], row['Quantity']])).toEqual(
      [[LETTUCE, 3]],
    )
    expect(sheet(sheets, 'Shipping').map((row) => row['Quantity'])).toEqual([2])
    const front = sheets[0]!.rows.map((row) => row.join(' | '))
    expect(front).toContain('Of these taken back by their own gateway | 1')
  })

  test('shows other goods of a pallet only where they were asked for', () => {
    const other = 'https://id.gs1.org/01/09506000134369/10/OTHER'
    const epcs = [LETTUCE, other].map((epcClass) => ({ epcClass, quantity: 1, uom: 'KGM' }))
    const ship = step({ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', quantityList: epcs })
    expect(sheet(made([ship], [LETTUCE]), 'Shipping')).toHaveLength(1)
    expect(sheet(made([ship]), 'Shipping')).toHaveLength(2)
  })

  test('a box that is in itself, or in what is in it, ends', () => {
    const box = (n: string): string => `https://id.gs1.org/00/39506000000000${n}`
    const [a, b] = [box('0016'), box('0023')]
    const pack = { type: 'AggregationEvent', action: 'ADD', bizStep: 'packing' }
    const events = [
      step({ ...pack, parentID: a, childEPCs: [b] }),
      step({ ...pack, parentID: b, childEPCs: [a] }),
      step({ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', epcList: [a] }),
    ]
    expect(sheet(made(events), 'Shipping')).toHaveLength(1)
  })

  test('fish that is landed, and cooling by a step of its own, have their sheets', () => {
    const base = { type: 'ObjectEvent', quantityList: [{ epcClass: LETTUCE, quantity: 1, uom: 'KGM' }] }
    const sheets = made([
      step({
        ...base,
        action: 'ADD',
        bizStep: 'receiving',
        ilmd: {
          'cbvmda:catchArea': '61',
          'cbvmda:harvestStartDate': '2026-11-20',
          'cbvmda:harvestEndDate': '2026-11-21',
        },
      }),
      step({ ...base, action: 'OBSERVE', bizStep: 'https://example.org/step/cooling' }),
    ])
    expect(sheet(sheets, 'First land-based receiving')[0]).toMatchObject({
      'Harvest area': '61',
      'Harvest dates': '2026-11-20 – 2026-11-21',
    })
    expect(sheet(sheets, 'Cooling')).toHaveLength(1)
  })

  test('of more rows than it may have keeps the first, and says so', () => {
    const quantityList = Array.from({ length: 70 }, (_, i) => ({
      epcClass: `https://id.gs1.org/01/09506000134352/10/N${i}`,
      quantity: 1,
    }))
    const ship = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', quantityList }
    const sheets = fsmaSheets([step(ship), step(ship)], { scope: SCOPE, goods: [] }, NAMES, 100)
    expect(sheet(sheets, 'Shipping')).toHaveLength(100)
    expect(sheets[0]!.rows.map(([name]) => name)).toContain('EXPORT_BYTES')
  })

  test('says in front what was asked for, as of when, and what may be missing', () => {
    const rows = made([], [], { ...SCOPE, from: '2026-11-01T00:00:00.000Z', incomplete: ['TRACE_NODES'] })[0]!.rows
    const values = new Map(rows.map(([name, value]) => [name, value]))
    expect(values.get('Subject')).toBe(LETTUCE)
    expect(values.get('From')).toBe('2026-11-01T00:00:00.000Z')
    expect(values.get('Tree size')).toBe(90)
    expect(values.get('TRACE_NODES')).toContain('not listed')
  })
})

const folder = vectors('epcis')

describe.skipIf(folder === undefined)('the pork chain', () => {
  test('is told whole: each shipment, receipt and transformation on its sheet, with the lots in the pallets', () => {
    const document = JSON.parse(readFileSync(`${folder}/scenarios/pork/events.json`, 'utf8')) as {
      epcisBody: { eventList: Record<string, Json>[] }
    }
    const stamped = step({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [PALLET] })
    const events = document.epcisBody.eventList.map((told, i) => {
      const event = { ...stamped.event, epcList: undefined, action: undefined, ...told } as never
      return { ...stamped, entry: i, event }
    })
    const sheets = made(events)
    const eventsOn = (name: string): number => new Set(sheet(sheets, name).map((row) => row['Ledger entry'])).size
    const steps = (name: string): number =>
      document.epcisBody.eventList.filter(({ bizStep }) => bizStep === name).length
    expect(eventsOn('Shipping')).toBe(steps('shipping'))
    expect(eventsOn('Receiving')).toBe(steps('receiving'))
    expect(eventsOn('Transformation')).toBe(
      document.epcisBody.eventList.filter(({ type }) => type === 'TransformationEvent').length,
    )
    const sausages = 'https://id.gs1.org/01/09506000000053/10/S0402'
    const shipped = sheet(sheets, 'Shipping').filter((row) => row['Traceability lot code'] === sausages)
    expect(shipped.length).toBeGreaterThan(0)
    for (const row of shipped) expect(row['Logistic unit']).toMatch(/\/00\//)
  })
})
