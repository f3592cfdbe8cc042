import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { Faults } from '../fault.ts'
import { parseLabel } from './label.ts'
import { Scanner, type ScannerOptions } from './scanner.ts'

const folder = vectors('edge')

function scanner(options: Partial<ScannerOptions> = {}): { scan: (code: string) => string; faults: Faults } {
  const faults = new Faults()
  const device = new Scanner({ aim: true, suffix: '\r\n', faults, ...options })
  const scan = (code: string): string => {
    const label = parseLabel(code)
    if (!label) throw new Error(`no label: ${code}`)
    device.scan(label)
    return Buffer.concat(device.transmit()).toString('latin1')
  }
  return { scan, faults }
}

it.skipIf(!folder)('says the samples of the vectors byte for byte', () => {
  const file = JSON.parse(readFileSync(`${folder}/scanner-gs1.json`, 'utf8')) as { samples: { bytes: string }[] }
  const samples = file.samples.map((sample) => sample.bytes)
  expect(samples).toContain(scanner().scan('(01)09501101530003(17)251231(10)ABC123(3103)001750').replace(']d2', ']C1'))
  const strich = '(01)08806388269617(11)230214(17)280213(10)230214A3263-01(21)059(240)ARO4808C'
  expect(samples).toContain(scanner({ suffix: '\r' }).scan(strich))
  expect(samples).toContain(scanner({ suffix: '\r' }).scan('(00)095011015300030017'))
  expect(samples).toContain(scanner().scan('https://id.gs1.org/01/09501101530003/10/ABC123'))
})

it('takes a command for a Code 128 and a literal symbology as given', () => {
  expect(scanner().scan('tristamp:do/ship')).toBe(']C0tristamp:do/ship\r\n')
  expect(scanner().scan(']Q310ABC<GS>21X')).toBe(']Q310ABC\x1d21X\r\n')
})

it('refuses what is no code', () => {
  for (const text of ['', '(01)', '(1)23', '(01)123(', 'tristamp:完', 'x'.repeat(3000)])
    expect(parseLabel(text)).toBeUndefined()
})

it('loses separators, glues scans and forgets the AIM identifier as the faults say', () => {
  const { scan, faults } = scanner()
  const code = '(01)09506000134352(10)A1(21)B2'
  faults.raise('lost-gs', 1)
  expect(scan(code)).toBe(']d2010950600013435210A121B2\r\n')
  faults.raise('glue', 1)
  expect(scan(code)).toBe('')
  expect(scan(code)).toBe(`${']d2010950600013435210A1\x1d21B2'.repeat(2)}\r\n`)
  faults.raise('no-aim', 1)
  expect(scan(code)).toBe('010950600013435210A1\x1d21B2\r\n')
  expect(scan(code)).toBe(']d2010950600013435210A1\x1d21B2\r\n')
})
