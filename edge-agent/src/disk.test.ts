import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Disk } from './disk.ts'

const MIB = 2 ** 20

/** A data folder whose outbox takes so many bytes (holes take no room on the disk). */
function withOutbox(): { data: string; outbox: string; take(bytes: number): void } {
  const data = mkdtempSync(join(tmpdir(), 'tristamp-disk-'))
  const outbox = join(data, 'outbox')
  mkdirSync(outbox)
  const file = join(outbox, '000005.ldb')
  writeFileSync(file, '')
  return { data, outbox, take: (bytes) => truncateSync(file, bytes) }
}

describe('the room of the outbox', () => {
  it.each([
    [10, 1, false],
    [84, 1, false],
    [86, 4, false],
    [91, 16, false],
    [94, 16, false],
    [96, 16, true],
    [120, 16, true],
  ])('filled to %i %%: readings %i times as far apart, nothing taken: %s', (percent, factor, stopped) => {
    const { data, outbox, take } = withOutbox()
    take((percent / 100) * 100 * MIB)
    const disk = new Disk(data, outbox, 100)
    expect(disk.thinning(0)).toBe(factor)
    expect(disk.refusal(0)?.code).toBe(stopped ? 'DISK_FULL' : undefined)
  })

  it('is there again when the ledger has taken what waited', () => {
    const { data, outbox, take } = withOutbox()
    take(99 * MIB)
    const disk = new Disk(data, outbox, 100)
    expect(disk.refusal(0)?.code).toBe('DISK_FULL')
    take(MIB)
    // It is looked at once a second.
    expect(disk.refusal(500)?.code).toBe('DISK_FULL')
    expect([disk.refusal(1500), disk.thinning(1500)]).toEqual([undefined, 1])
  })

  it('is not narrow because a small outbox lies on a disk that others use', () => {
    const { data, outbox } = withOutbox()
    expect(new Disk(data, outbox).thinning(0)).toBe(1)
  })
})
