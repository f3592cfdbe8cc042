import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { crc32c } from './crc32c.ts'
import { Flawed } from './flaw.ts'
import { checkTables } from './level-table.ts'
import { unsnap } from './snappy.ts'

describe('CRC-32C', () => {
  it('gives the known answers of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  })
})

describe('Snappy', () => {
  it('reads literals, and copies that run into what they write', () => {
    expect(unsnap(Buffer.of(3, 0x08, 0x61, 0x62, 0x63)).toString()).toBe('abc')
    expect(unsnap(Buffer.of(10, 0x04, 0x61, 0x62, 0x11, 0x02)).toString()).toBe('ababababab')
    expect(unsnap(Buffer.of(7, 0x04, 0x61, 0x62, 0x12, 0x02, 0x00)).toString()).toBe('abababa')
  })

  it.each([
    ['a copy from before the beginning', [8, 0x04, 0x61, 0x62, 0x09, 0x03]],
    ['a literal that is cut', [5, 0x10, 0x61]],
    ['too little', [9, 0x00, 0x61]],
    ['too much', [1, 0x04, 0x61, 0x62]],
    ['nothing', []],
  ])('refuses %s', (_what, bytes) => {
    expect(() => unsnap(Buffer.from(bytes))).toThrow(RangeError)
  })
})

describe('a table of LevelDB', () => {
  it('is refused with any byte changed, but for the padding of its footer', async () => {
    const { path, remove } = await temporaryFolder()
    try {
      const folder = join(path, 'db')
      const db = new Level<string, string>(folder)
      for (let i = 0; i < 400; i++) await db.put(`row ${i % 7} ${i}`, `value ${'x'.repeat(i % 50)} ${i}`)
      await db.close()
      // What was in its log becomes a table.
      await db.open()
      await db.close()
      await (await checkTables(folder))()
      const [name] = (await readdir(folder)).filter((n) => n.endsWith('.ldb'))
      const file = join(folder, name!)
      const whole = await readFile(file)
      const silent: number[] = []
      for (let at = 0; at < whole.length; at++) {
        const bytes = Buffer.from(whole)
        bytes[at]! ^= 1 << (at % 8)
        await writeFile(file, bytes)
        const told = await checkTables(folder)
          .then((later) => later())
          .catch((error: unknown) => error)
        if (told === undefined) silent.push(whole.length - at)
        else expect(told).toBeInstanceOf(Flawed)
      }
      // The footer has two places of two numbers each, in room for the longest, and eight bytes that say what it is.
      for (const fromEnd of silent) expect(fromEnd > 8 && fromEnd <= 48, `${fromEnd} from the end`).toBe(true)
    } finally {
      await remove()
    }
  })

  it('that was never finished is no damage, as LevelDB removes it when it opens', async () => {
    const { path: folder, remove } = await temporaryFolder()
    try {
      const db = new Level<string, string>(folder)
      await db.put('a', 'b')
      await db.close()
      await writeFile(join(folder, '000123.ldb'), Buffer.alloc(5000, 7))
      await writeFile(join(folder, '000124.ldb'), '')
      const later = await checkTables(folder)
      await expect(later()).rejects.toBeInstanceOf(Flawed)
      await db.open()
      await later()
      await db.close()
    } finally {
      await remove()
    }
  })
})
