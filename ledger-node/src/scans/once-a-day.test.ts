import { expect, it } from 'vitest'
import { blockOf, clientNetwork } from './client-network.ts'
import { OnceADay } from './once-a-day.ts'
import { counted, readSerialCount, type SerialCount } from './scan-book.ts'

const DAY = 86_400_000

it('knows a network again for one day, and forgets it with the day', () => {
  let now = 10 * DAY
  const today = new OnceADay(() => now)
  expect(today.times('10.0.0', 'a')).toBe(0)
  today.take('10.0.0', 'a')
  today.take('10.0.0', 'a')
  expect([today.times('10.0.0', 'a'), today.times('10.0.0', 'b'), today.times('10.0.1', 'a')]).toEqual([2, 0, 0])
  // Where one ends and the other begins matters.
  expect(today.times('10.0.', '0a')).toBe(0)
  today.giveBack('10.0.0', 'a')
  expect(today.times('10.0.0', 'a')).toBe(1)
  now += DAY - 1
  expect(today.times('10.0.0', 'a')).toBe(1)
  now += 1
  expect(today.times('10.0.0', 'a')).toBe(0)
})

it('begins no day anew for a clock that swings about midnight', () => {
  let now = 10 * DAY
  const today = new OnceADay(() => now)
  today.take('10.0.0', 'a')
  for (const step of [-1, 1, -1, 1]) {
    now += step
    expect(today.times('10.0.0', 'a')).toBe(1)
  }
  now -= 2 * DAY
  expect(today.times('10.0.0', 'a')).toBe(0)
})

it('counts nothing rather than forget, when it is full', () => {
  const today = new OnceADay(() => 0, 2)
  today.take('a', '')
  today.take('b', '')
  expect([today.times('a', ''), today.times('c', '')]).toEqual([1, undefined])
})

it.each([
  ['10.1.2.3', '10.1.2'],
  ['::ffff:10.1.2.3', '10.1.2'],
  ['::FFFF:a01:203', '10.1.2'],
  ['0:0:0:0:0:ffff:10.1.2.3', '10.1.2'],
  ['fe80::1%eth0', 'fe80:0:0'],
  ['2001:db8:1:2::9', '2001:db8:1'],
  ['2001:db8:1:ffff::9', '2001:db8:1'],
  ['::1', '0:0:0'],
])('%s is of the network %s', (address, network) => {
  const request = { get: () => undefined, socket: { remoteAddress: address } } as never
  expect(clientNetwork(request, undefined)).toBe(network)
})

it.each([
  ['10.1.2', '10.1'],
  ['2001:db8:1', '2001:db8'],
  // What a provider gets is a /29.
  ['2a0e:97c7:1', '2a0e:97c0'],
  ['0:0:0', '0:0'],
])('the network %s is of the block %s', (network, block) => expect(blockOf(network)).toBe(block))

it('takes the last address of the trusted header alone', () => {
  const request = {
    get: (name: string) => (name === 'X-Forwarded-For' ? '1.1.1.1, 10.9.8.7' : undefined),
    socket: { remoteAddress: '127.0.0.1' },
  } as never
  expect([clientNetwork(request, 'X-Forwarded-For'), clientNetwork(request, undefined)]).toEqual(['10.9.8', '127.0.0'])
})

it('a line of a serial stays small, whatever is counted', () => {
  let count: SerialCount | undefined
  for (let hour = 0; hour < 24 * 60; hour++)
    for (let region = 0; region < 15; region++) count = counted(count, 'x', hour, `R${region}`)
  expect(count).toMatchObject({ first: 0, times: 24 * 60 * 15 })
  expect(JSON.stringify(count).length).toBeLessThan(6000)
  const days = new Set(count!.cells.map(([day]) => day))
  expect(Math.max(...days) - Math.min(...days)).toBeLessThan(35)
  const last = count!.cells.filter(([day]) => day === 59)
  expect(last.reduce((sum, [, , times]) => sum + times, 0)).toBe(24 * 15)
})

it('what a disk gives back is a count, or nothing', () => {
  const good = { subject: 'x', first: 1, times: 2, cells: [[1, 'CN-HB', 2, 3]] }
  expect(readSerialCount(good)).toEqual(good)
  for (const bad of [
    {},
    { ...good, first: -1 },
    { ...good, cells: 7 },
    { ...good, cells: [[1, '<b>', 2, 3]] },
    { ...good, cells: [[1, '', 2]] },
    { ...good, cells: [[1, '', 2, 2 ** 24]] },
  ])
    expect(readSerialCount(bad)).toBeUndefined()
})
