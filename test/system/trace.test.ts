import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { item } from '../_harness/goods.ts'
import { Lane } from '../_harness/lane.ts'
import { until } from '../_harness/until.ts'

interface Answer {
  status: number
  treeSize?: number
  code?: string
  nodes?: { id: string; kind: string }[]
  links?: { kind: string; proof: { entry: number; position: number; eventID: string } }[]
}

const path = `/v1/trace?subject=${encodeURIComponent(item('ALL'))}`

async function traced(url: string): Promise<Answer> {
  const answer = await fetch(`${url}${path}`)
  return { status: answer.status, ...((await answer.json()) as Omit<Answer, 'status'>) }
}

it('leader and follower trace alike, each from its own files, and again after a kill; the program shows it with its proofs', async () => {
  using folder = temporaryFolder()
  await using lane = await Lane.open(folder.path, 0, { ledger: {}, follower: {} })
  for (let i = 0; i < 5; i++) await lane.record()
  await lane.settled()
  const entries = lane.held.map(({ entry }) => entry)
  const proved = async (url: string): Promise<number[]> => {
    const { links = [] } = await traced(url)
    return links.filter(({ kind }) => kind === 'at').map(({ proof }) => proof.entry)
  }
  const [{ url }, { url: other }] = [lane.ledger, lane.follower]
  // A place is told once, with the last event that says so.
  await until('the follower traces', async () => (await proved(other))[0] === entries.at(-1), 20_000)
  expect(await proved(url)).toEqual([entries.at(-1)])

  await lane.ledger.process.kill('SIGKILL')
  await lane.startLedger()
  await until('the leader traces again', async () => (await traced(lane.ledger.url)).status === 200, 20_000)
  const [theirs, own] = [await traced(other), await traced(lane.ledger.url)]
  expect([own.nodes, own.links]).toEqual([theirs.nodes, theirs.links])

  for (const [lang, words] of [
    ['en', 'proved by entry'],
    ['zh', '证明：条目'],
  ] as const) {
    const shown = await Child.run('ledger', ['trace', item('ALL'), '--node', lane.ledger.url], {
      env: { TRISTAMP_LANG: lang },
    })
    expect([shown.exit, shown.err]).toEqual([0, ''])
    expect(shown.out).toContain(`${words} ${entries.at(-1)}/1`)
  }
  const unknown = await Child.run('ledger', ['trace', item('NOBODY'), '--node', lane.ledger.url])
  expect(unknown.exit).toBe(1)
  expect(unknown.err).toContain('NOT_FOUND')
})
