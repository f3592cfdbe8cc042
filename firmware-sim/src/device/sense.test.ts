import { expect, it } from 'vitest'
import { Faults } from '../fault.ts'
import { element } from './sense.ts'

/** An element whose air gets a degree warmer with each reading. */
function warming(): { faults: Faults; read: (times: number) => number[] } {
  let degrees = 0
  const faults = new Faults()
  const sense = element(() => ({ milliC: 1000 * degrees++, milliRh: 80_000 }), faults)
  return { faults, read: (times) => Array.from({ length: times }, () => sense().milliC / 1000) }
}

it('plays what it gave before, again and again, until the tape is taken out', () => {
  const { faults, read } = warming()
  expect(read(3)).toEqual([0, 1, 2])
  faults.raise('tape')
  expect(read(7)).toEqual([0, 1, 2, 0, 1, 2, 0])
  faults.clear('tape')
  expect(read(2)).toEqual([3, 4])
  faults.raise('tape', 2)
  expect(read(4)).toEqual([0, 1, 5, 6])
})

it('plays no more than a day, and nothing that was never recorded', () => {
  const { faults, read } = warming()
  faults.raise('tape')
  expect(read(1)).toEqual([0])
  faults.clear('tape')
  read(1500)
  faults.raise('tape')
  expect(read(2)).toEqual([61, 62])
})

it('repeats the last reading where it is stuck, and gives zeros where it is dead', () => {
  const { faults, read } = warming()
  read(3)
  faults.raise('stuck')
  expect(read(2)).toEqual([2, 2])
  faults.clear('stuck')
  faults.raise('dead')
  expect(read(1)).toEqual([0])
})
