import { describe, expect, test } from 'vitest'
import { TestGateway } from './_harness.ts'
import { Pace } from './pace.ts'

const PER_SECOND = 1000

/** What `turn` waits, told by a clock that stands still unless moved. */
function clock(): { pace: Pace; move: (ms: number) => void } {
  let nowMs = 10_000
  const move = (ms: number): void => {
    nowMs += ms
  }
  return { pace: new Pace(PER_SECOND, () => nowMs), move }
}

async function passes(turn: Promise<void>): Promise<boolean> {
  return Promise.race([turn.then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20))])
}

describe('a gateway’s pace', () => {
  const gateway = new TestGateway('org', 'paced')
  const hundred = gateway.batch(
    ...Array.from({ length: 100 }, (_, i) => `https://id.gs1.org/01/09506000134352/21/${i}`),
  )

  test('lets a burst pass, then makes wait; a pause makes room again', async () => {
    const { pace, move } = clock()
    for (let i = 0; i < 20; i++) expect(await passes(pace.turn(hundred))).toBe(true)
    const late = pace.turn(hundred)
    expect(await passes(late)).toBe(false)
    await late
    move(5000)
    expect(await passes(pace.turn(hundred))).toBe(true)
  })

  test('keeps the order', async () => {
    const pace = new Pace(PER_SECOND)
    const order: number[] = []
    await Promise.all(Array.from({ length: 25 }, (_, i) => pace.turn(hundred).then(() => order.push(i))))
    expect(order).toEqual(Array.from({ length: 25 }, (_, i) => i))
  })

  test('what is no batch costs by its size, and at least one', async () => {
    const { pace } = clock()
    expect(await passes(pace.turn(new Uint8Array(8 * 1024 * 1024)))).toBe(false)
    expect(await passes(clock().pace.turn(new Uint8Array(0)))).toBe(true)
  })
})
