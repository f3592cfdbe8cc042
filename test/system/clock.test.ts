import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSeal, parseNote, parseSeal } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { HOUR_MS, WrongClock } from '../_harness/clock.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { Lane } from '../_harness/lane.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { readSegment } from '../_harness/segments.ts'
import { until } from '../_harness/until.ts'

// What a machine's calendar clock does to a ledger when somebody sets it: to the seals' times, to cosignatures, to governance.

const DAY_MS = 24 * HOUR_MS

/** The times in a ledger's seals, in their order. */
function sealTimes(data: string): number[] {
  const seals = readSegment(data, 'entries').records.filter((record) => isSeal(record))
  return seals.map((record) => parseSeal(new Uint8Array(record)).timeMs)
}

/** When a witness says that it cosigned, ms since 1970: the first 8 bytes of the signature (cosignature/v1). */
function cosignedAt(note: string, name: string): number | undefined {
  const line = parseNote(note).signatures.find((signature) => signature.name === name)
  return line && Number(Buffer.from(line.signature).readBigUInt64BE(0)) * 1000
}

it('never seals backwards in time, however its clock is set, while it runs and between runs', async () => {
  using folder = temporaryFolder()
  const clock = new WrongClock(folder.path, 'ledger')
  const witnessClock = new WrongClock(folder.path, 'follower')
  await using lane = await Lane.open(folder.path, 0, { ledger: clock.launch, follower: witnessClock.launch })
  const { ledger, follower } = lane
  const record = async (): Promise<number> => {
    expect(await lane.record()).toBe(true)
    await lane.settled()
    const { sealed } = await ledger.json<{ sealed: { timeMs: number } }>('/healthz')
    return sealed.timeMs
  }
  const first = await record()
  expect(Math.abs(first - Date.now())).toBeLessThan(HOUR_MS / 2)

  // Back: time stands still in the seals, and the ledger goes on.
  clock.set(-HOUR_MS)
  expect(await record()).toBe(first)
  // Forward: the seals follow, as there is nobody to say that it is wrong.
  clock.set(DAY_MS)
  const ahead = await record()
  expect(ahead).toBeGreaterThan(Date.now() + DAY_MS - HOUR_MS / 2)
  // Put right again: they stay where they were until the clock is there too.
  clock.set(0)
  expect(await record()).toBe(ahead)

  // Between runs, after a kill and after a stop.
  expect(await ledger.process.kill('SIGKILL')).toBe('SIGKILL')
  await lane.audited(ledger.data)
  clock.set(-2 * DAY_MS)
  await lane.startLedger()
  expect(await record()).toBe(ahead)
  expect(await ledger.stop()).toBe(0)
  clock.set(3 * DAY_MS)
  await lane.startLedger()
  expect(await record()).toBeGreaterThan(ahead)

  // A witness whose clock is wrong still cosigns what continues: its line is good, and says its own time.
  witnessClock.set(-DAY_MS)
  await record()
  const note = await until('it has cosigned', async () => {
    const text = await (await ledger.get('/checkpoint')).text()
    return cosignedAt(text, follower.name) === undefined ? undefined : text
  })
  expect(Math.abs(cosignedAt(note, follower.name)! - (Date.now() - DAY_MS))).toBeLessThan(HOUR_MS / 2)

  for (const node of [follower, ledger]) {
    expect(await node.stop()).toBe(0)
    await lane.audited(node.data)
    const times = sealTimes(node.data)
    expect(times.length).toBeGreaterThan(6)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  }
})

it('opens and closes the window of an operation by the clocks of those who sign, not by its own', async () => {
  using folder = temporaryFolder()
  const data = join(folder.path, 'ledger')
  const admins = ['--admin', 'ann', '--admin', 'bob', '--admin', 'cy', '--threshold', '2']
  const [clock, bobs] = [new WrongClock(folder.path, 'ledger'), new WrongClock(folder.path, 'bob')]
  await using ledger = await TestLedger.found(data, ...admins)
  ledger.launch = clock.launch
  await ledger.start()
  const sign = async (command: string, who: string, ...args: string[]): Promise<{ exit: unknown; err: string }> => {
    const key = join(data, 'keys', `admin-${who}.pem`)
    const launch = who === 'bob' ? bobs.launch : {}
    return Child.run('ledger', [command, '--node', ledger.url, '--admin-key', key, ...args], launch)
  }
  const done = async (): Promise<string> => (await Child.run('ledger', ['show', '--node', ledger.url])).out
  const file = (org: string): string => {
    const path = join(folder.path, `${org}.json`)
    writeFileSync(path, JSON.stringify({ ...ORGANISATION, org }))
    return path
  }

  // Between the two signatures the ledger's clock jumps by far more than the window of a week.
  expect((await sign('propose', 'ann', '--file', file('one'))).exit).toBe(0)
  clock.set(365 * DAY_MS)
  expect(await sign('approve', 'bob', '--all', '--yes')).toMatchObject({ exit: 0 })
  clock.set(-365 * DAY_MS)
  expect((await sign('propose', 'ann', '--file', file('two'))).exit).toBe(0)
  clock.set(0)
  expect(await sign('approve', 'bob', '--all', '--yes')).toMatchObject({ exit: 0 })
  const { pending } = await ledger.json<{ pending: unknown[] }>('/v1/governance')
  expect(pending).toEqual([])
  expect(await done()).toContain('two')

  // An administrator whose own clock is a month ahead signs nothing that is closed for him, and by `propose` begins anew.
  expect((await sign('propose', 'ann', '--file', file('three'))).exit).toBe(0)
  bobs.set(30 * DAY_MS)
  const { exit } = await sign('propose', 'bob', '--file', file('three'))
  expect(exit).toBe(0)
  const later = await ledger.json<{ pending: { signed: { name: string }[] }[] }>('/v1/governance')
  expect(later.pending.map(({ signed }) => signed.map(({ name }) => name))).toEqual([['bob']])
  expect(await ledger.stop()).toBe(0)
  expect((await ledger.verify()).exit).toBe(0)
})
