import { expect, it } from 'vitest'
import { temporaryFolder } from '../_harness/folder.ts'
import { Lane } from '../_harness/lane.ts'
import { randomFrom, seedFrom } from '../_harness/random.ts'
import { pause } from '../_harness/until.ts'

// Like kill.test.ts, for those who follow: leader and follower die at any moment while batches come, alone and together.

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 12)
/** From the one kill to the next, ms. */
const [SHORTEST, LONGEST] = [50, 1500]
/** How often a kill may meet a start; the others meet ordinary work. */
const AT_START = 0.3

it('loses nothing over kills of leader and follower in turns, and the follower has what its leader has', async () => {
  const random = randomFrom(seedFrom('KILL_SEED'))
  using folder = temporaryFolder()
  await using lane = await Lane.open(folder.path)
  const { ledger, follower } = lane
  const kills = { ledger: 0, follower: 0 }
  const enough = new AbortController()
  const load = async (): Promise<void> => {
    while (!enough.signal.aborted) {
      // While its process is away a gateway waits.
      await lane.record()
      await pause(30)
    }
  }
  const loaded = load()
  // Looked at in the end.
  loaded.catch(() => undefined)
  const starting: { ledger: Promise<void>; follower: Promise<void> } = {
    ledger: Promise.resolve(),
    follower: Promise.resolve(),
  }
  const kill = async (which: 'ledger' | 'follower'): Promise<void> => {
    const node = which === 'ledger' ? ledger : follower
    kills[which]++
    const exit = await node.process.kill('SIGKILL')
    if (exit !== 'SIGKILL') throw new Error(`the ${which} had ended by itself: ${exit}\n${node.process.err}`)
    if (random() < 0.3) await lane.audited(node.data)
    // The next kill may come before it serves.
    starting[which] = (which === 'ledger' ? lane.startLedger() : lane.startFollower()).catch(() => undefined)
  }
  for (let round = 0; round < ROUNDS; round++) {
    if (random() > AT_START) await Promise.all([starting.ledger, starting.follower])
    await pause(SHORTEST + random() * (LONGEST - SHORTEST))
    const dice = random()
    await Promise.all([dice < 0.65 ? kill('follower') : undefined, dice > 0.4 ? kill('ledger') : undefined])
  }
  await Promise.all([starting.ledger, starting.follower])
  enough.abort()
  await loaded
  expect(await lane.record()).toBe(true)
  await lane.settled()
  const { status } = await follower.health()
  expect(status).not.toBe('diverged')
  for (const node of [follower, ledger]) {
    expect(await node.stop()).toBe(0)
    await lane.audited(node.data)
  }
  console.log(
    `killed the ledger ${kills.ledger} and the follower ${kills.follower} times; ${lane.held.length} batches acknowledged`,
  )
  expect(lane.held.length).toBeGreaterThan(20)
})
