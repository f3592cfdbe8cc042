import { readFileSync } from 'node:fs'
import { ProtocolError, parseScan } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { goodsOf, NoGoods } from '../station/goods.ts'
import { gm65Command, TRIGGER } from './gm65.ts'
import { lostSeparator, readCheckLabel, scannerFaults } from './scan-check.ts'

const folder = vectors('edge')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

describe('the check label', () => {
  const data = '010950600013435210TRISTAMP-CHECK\x1d21GS'
  it('shows a scanner that is set up rightly', () => {
    expect(readCheckLabel(`]d2${data}`)).toEqual({ aim: ']d2', gs: 'sent' })
    expect(scannerFaults({ aim: ']d2', gs: 'sent' })).toEqual([])
    expect(readCheckLabel(`]C1\x1d${data}`)).toEqual({ aim: ']C1', gs: 'sent' })
  })

  it('shows every wrong setting', () => {
    expect(readCheckLabel(data)).toEqual({ aim: undefined, gs: 'sent' })
    expect(readCheckLabel(`]d2${data.replace('\x1d', '')}`)).toEqual({ aim: ']d2', gs: 'lost' })
    expect(readCheckLabel(`]d1${data.replace('\x1d', '{GS}')}`)).toEqual({ aim: ']d1', gs: 'replaced' })
    expect(scannerFaults({ aim: undefined, gs: 'lost' })).toHaveLength(2)
    expect(scannerFaults({ aim: ']C0', gs: 'replaced' })).toHaveLength(2)
  })

  it('is no other label', () => {
    for (const text of ['', ']d2', `]d2${data}X`, ']d20109506000134352'.concat('10A\x1d21GS')])
      expect(readCheckLabel(text)).toBeUndefined()
  })
})

describe('lostSeparator', () => {
  it.skipIf(!folder)(
    'tells of the recorded scan that lost its FNC1; none of the recorded bad scans becomes goods',
    () => {
      const { samples, invalid } = JSON.parse(readFileSync(`${folder}/scanner-gs1.json`, 'utf8')) as {
        samples: { bytes: string }[]
        invalid: { bytes: string; why: string }[]
      }
      const text = (bytes: string): string => bytes.replace(/[\r\n]+$/, '')
      for (const { bytes } of samples) expect(lostSeparator(text(bytes)), bytes).toBeUndefined()
      const lost = invalid.find(({ why }) => why.startsWith('FNC1 lost'))
      expect(lostSeparator(text(lost?.bytes ?? ''))).toEqual({
        ai: '10',
        value: 'ABC1233103001750',
        swallowed: '3103001750',
      })
      expect(invalid.length).toBeGreaterThan(1)
      for (const { bytes, why } of invalid) {
        const act = (): unknown => goodsOf(parseScan(text(bytes)), { year: 2026, separators: 'unproven' })
        expect(act, why).toThrow()
        try {
          act()
        } catch (error) {
          expect(error instanceof NoGoods || error instanceof ProtocolError).toBe(true)
        }
      }
    },
  )

  it('is silent where nothing speaks for a loss', () => {
    expect(lostSeparator(']d2010950600013435210A\x1d211725123117251231')).toBeUndefined()
    expect(lostSeparator(']d2010950600013435210LOT-2026')).toBeUndefined()
    expect(lostSeparator(']C0tristamp:end')).toBeUndefined()
    expect(lostSeparator(']d2nonsense')).toBeUndefined()
  })
})

it.skipIf(!folder)('the trigger is the recorded command', () => {
  const { valid } = JSON.parse(readFileSync(`${folder}/gm65-scanner.json`, 'utf8')) as { valid: { hex: string }[] }
  const recorded = valid.map((frame) => frame.hex)
  expect(recorded).toContain(hex(TRIGGER))
  expect(recorded).toContain(hex(gm65Command(0x0002, 0x02)))
  expect(recorded).toContain(hex(gm65Command(0x0000, 0xd5)))
})
