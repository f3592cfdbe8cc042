import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { Faults } from '../fault.ts'
import type { Device } from './device.ts'
import type { Surroundings } from './kind.ts'
import { m100 } from './m100.ts'
import { parseTagCode } from './tag-field.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

function module(): {
  device: Device
  faults: Faults
  show: (code: string) => void
  ask: (command: string) => string[]
} {
  const faults = new Faults()
  let show: (code: string) => void = () => undefined
  const around = {
    faults,
    onShow: (take: (code: string) => void) => {
      show = take
    },
  } as Surroundings
  const device = m100.make({ kind: 'm100', baudRate: 115_200, dwell: 1500 }, around)
  const ask = (command: string): string[] => {
    device.receive(hex(command), performance.now())
    return device.transmit(performance.now()).map(text)
  }
  return { device, faults, show: (code) => show(code), ask }
}

const TAG = 'BB02220011C9340030751FEB705C5904E3D50D703A76EF7E'

describe('an M100 module', () => {
  it('answers as its manual says', () => {
    const { ask } = module()
    expect(ask('BB0003000100047E')).toEqual(['BB01030010004D31303020323664426D2056312E30927E'])
    expect(ask('BB00B6000207D08F7E')).toEqual(['BB01B6000100B87E'])
    expect(ask('BB00B70000B77E')).toEqual(['BB01B7000207D0917E'])
    expect(ask('BB0007000101097E')).toEqual(['BB0107000100097E'])
    expect(ask('BB00280000287E')).toEqual(['BB01280001002A7E'])
    expect(ask('BB00220000227E')).toEqual(['BB01FF000115167E'])
    expect(ask('BB00220000237E')).toEqual([])
  })

  it('tells a tag that is in its field in each round, and when there is none', () => {
    const { show, ask, device } = module()
    show('+30751FEB705C5904E3D50D70@-55')
    const askedMs = performance.now()
    const [notice = ''] = ask('BB0027000322FFFF4A7E')
    // The word count alone in the control word; the vector's tag has user memory.
    expect(notice.slice(0, 12)).toBe(TAG.slice(0, 12))
    expect(notice.slice(16, 40)).toBe('30751FEB705C5904E3D50D70')
    // The next round is not the one that was just told, however long that took.
    expect(device.due()).toBeGreaterThanOrEqual(askedMs + 50)
    show('-30751FEB705C5904E3D50D70')
    expect(ask('BB00220000227E')).toEqual(['BB01FF000115167E'])
  })

  it('can be broken', () => {
    const { faults, ask } = module()
    faults.raise('refuse', 1)
    expect(ask('BB0007000101097E')).toEqual(['BB01FF000117187E'])
    faults.raise('mute')
    expect(ask('BB00220000227E')).toEqual([])
  })

  it('is shown labels as + tags', () => {
    expect(text(parseTagCode('(00)095201234567891235')!.epc)).toBe('F900952012345678912350' + '00')
    expect(text(parseTagCode('(01)79521141123453(21)32a/b#2@-70')!.epc)).toBe('F71795211411234538566CB0AFC4')
    expect(parseTagCode('(01)79521141123453(21)32a/b#2@-70')).toMatchObject({ antenna: 2, rssi: -70 })
    for (const bad of ['', 'hello', '+', '30', '(01)123', '30751FEB#']) expect(parseTagCode(bad)).toBeUndefined()
  })
})

const folder = vectors('edge')
describe.skipIf(folder === undefined)('the frames of others', () => {
  it('are made byte for byte', () => {
    const file = JSON.parse(readFileSync(`${folder}/m100-uhf.json`, 'utf8')) as {
      valid: { dir: string; hex: string }[]
      generated: { hex: string; epc?: string; tagCrcOk?: boolean }[]
    }
    for (const { dir, hex: frame } of file.valid) if (dir === 'rsp') expect(frame).toMatch(/^BB01/)
    for (const { hex: frame, epc, tagCrcOk } of file.generated) {
      if (epc === undefined || tagCrcOk === false) continue
      const { show, ask } = module()
      const rssi = (Number.parseInt(frame.slice(10, 12), 16) << 24) >> 24
      show(`+${epc}@${rssi}`)
      expect(ask('BB00220000227E')).toEqual([frame])
    }
  })
})
