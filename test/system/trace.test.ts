import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  await until('the follower traces', async () => (await proved(other))[0] === entries.at(-1), 60_000)
  expect(await proved(url)).toEqual([entries.at(-1)])

  const again = async (): Promise<void> => {
    await lane.startLedger()
    await until('the leader traces again', async () => (await traced(lane.ledger.url)).status === 200, 60_000)
    const [theirs, own] = [await traced(other), await traced(lane.ledger.url)]
    expect([own.nodes, own.links]).toEqual([theirs.nodes, theirs.links])
  }
  await lane.ledger.process.kill('SIGKILL')
  await again()
  // A stop leaves a snapshot of the graph, from which the next start goes on; one that is damaged is left aside, and told of.
  await lane.ledger.process.stop()
  await again()
  await lane.ledger.process.stop()
  const ledger = join(folder.path, 'ledger')
  const files = readdirSync(ledger, { recursive: true, encoding: 'utf8' })
  const snapshot = join(ledger, files.find((name) => name.endsWith('trace-graph')) ?? 'trace-graph')
  const bytes = readFileSync(snapshot)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(snapshot, bytes)
  await again()
  expect(lane.ledger.process.err).toContain('the snapshot of the trace graph is left aside')

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
