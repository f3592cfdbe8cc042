import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { loginOf, TestClient } from '../_harness/client.ts'
import { FAULTS, type Failpoint, type Fault, type Point } from '../_harness/failpoint.ts'
import { copyOf, temporaryFolder } from '../_harness/folder.ts'
import type { TestFollower } from '../_harness/follower.ts'
import { commissioned, item } from '../_harness/goods.ts'
import { Lane } from '../_harness/lane.ts'
import { pause, until } from '../_harness/until.ts'

// Every step by which a ledger or its follower commits, under every fault that can meet it there. After each: the node starts, an audit passes,
// nothing acknowledged is missing or recorded twice, and the follower publishes what its leader does. docs/operate.md has the outcome in words.

/**
 * How often the whole table is gone through. When told, a node is stopped, audited and started after every cell; else one that goes on by itself is
 * audited after the next kill, with which every row begins, and at the end.
 */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 0)
/** Only rows with these words: `FAULT_ONLY='follower entries'`. */
const ONLY = process.env['FAULT_ONLY'] ?? ''
/** Cells of a node at a time: most of it is waiting. */
const LANES = 2

const SEAL = 'tristamp-seal'
/** A line that the follower has cosigned with. */
const COSIGNED = '— market.example/witness'

interface Row {
  step: string
  point: Point
  faults: readonly Fault[]
  /** What leads there: a batch unless told. */
  by?: 'mqtt' | 'contradiction' | 'stop' | 'start' | 'torn start' | 'rebuild' | 'first start' | 'fork'
}

const WRITE: readonly Fault[] = ['kill', 'kill after', 'EIO', 'ENOSPC', 'short']
const FILE: readonly Fault[] = ['kill', 'EIO', 'ENOSPC']
const RENAME: readonly Fault[] = ['kill', 'kill after', 'EIO']
const FLUSH: readonly Fault[] = ['kill', 'EIO', 'ENOSPC']
const ROWS: readonly Fault[] = ['kill', 'kill after', 'EIO', 'ENOSPC']
const SEND: readonly Fault[] = ['kill', 'kill after', 'EIO']

const LEADER: readonly Row[] = [
  { step: 'entries: append', point: { call: 'write', path: '/entries/' }, faults: WRITE },
  { step: 'entries: flush', point: { call: 'sync', path: '/entries/' }, faults: FLUSH },
  { step: 'events: append', point: { call: 'write', path: '/bodies/' }, faults: WRITE },
  { step: 'events: flush', point: { call: 'sync', path: '/bodies/' }, faults: FLUSH },
  { step: 'ack (MQTT)', point: { call: 'send', holding: '/ack' }, faults: SEND, by: 'mqtt' },
  { step: 'answer (HTTP)', point: { call: 'send', holding: 'HTTP/1.1 201' }, faults: SEND },
  { step: 'seal: append', point: { call: 'write', path: '/entries/', holding: SEAL }, faults: WRITE },
  { step: 'seal: flush', point: { call: 'sync', path: '/entries/', holding: SEAL }, faults: FLUSH },
  { step: 'rows and tiles', point: { call: 'rows' }, faults: ROWS },
  { step: 'checkpoint: draft', point: { call: 'write', path: '/checkpoint.new' }, faults: FILE },
  { step: 'checkpoint: flush', point: { call: 'sync', path: '/checkpoint.new' }, faults: FLUSH },
  { step: 'checkpoint: in place', point: { call: 'rename', path: '/checkpoint$' }, faults: RENAME },
  { step: 'cosigned: draft', point: { call: 'write', path: '/checkpoint.new', holding: COSIGNED }, faults: FILE },
  { step: 'cosigned: in place', point: { call: 'rename', path: '/checkpoint$', holding: COSIGNED }, faults: RENAME },
  { step: 'evidence: draft', point: { call: 'write', path: '/evidence/' }, faults: FILE, by: 'contradiction' },
  { step: 'evidence: in place', point: { call: 'rename', path: '/evidence/' }, faults: RENAME, by: 'contradiction' },
  { step: 'stop: map snapshot', point: { call: 'write', path: '/history-map.new' }, faults: FILE, by: 'stop' },
  { step: 'stop: map in place', point: { call: 'rename', path: '/history-map$' }, faults: RENAME, by: 'stop' },
  { step: 'start: policy kept', point: { call: 'write', path: '/checkpoint.policy' }, faults: FILE, by: 'start' },
  { step: 'start: torn tail kept', point: { call: 'write', path: '/torn-' }, faults: FILE, by: 'torn start' },
  {
    step: 'start: torn tail cut',
    point: { call: 'truncate', path: '/entries/' },
    faults: ['kill', 'kill after', 'EIO'],
    by: 'torn start',
  },
  { step: 'start: rows made again', point: { call: 'rows', nth: 2 }, faults: ROWS, by: 'rebuild' },
]

const FOLLOWER: readonly Row[] = [
  { step: 'entries: append', point: { call: 'write', path: '/entries/' }, faults: WRITE },
  { step: 'entries: flush', point: { call: 'sync', path: '/entries/' }, faults: FLUSH },
  { step: 'events: append', point: { call: 'write', path: '/bodies/' }, faults: WRITE },
  { step: 'events: flush', point: { call: 'sync', path: '/bodies/' }, faults: FLUSH },
  { step: 'note kept: draft', point: { call: 'write', path: '/checkpoint.new' }, faults: FILE },
  { step: 'note kept: in place', point: { call: 'rename', path: '/checkpoint$' }, faults: RENAME },
  { step: 'rows and tiles', point: { call: 'rows' }, faults: ROWS },
  { step: 'witness memory: draft', point: { call: 'write', path: '/witness/' }, faults: FILE },
  { step: 'witness memory: in place', point: { call: 'rename', path: '/witness/' }, faults: RENAME },
  { step: 'cosignature sent', point: { call: 'send', holding: COSIGNED }, faults: SEND },
  { step: 'cosigned: draft', point: { call: 'write', path: '/checkpoint.new', holding: COSIGNED }, faults: FILE },
  { step: 'start: torn tail cut', point: { call: 'truncate', path: '/entries/' }, faults: RENAME, by: 'torn start' },
  { step: 'start: rows made again', point: { call: 'rows', nth: 2 }, faults: ROWS, by: 'rebuild' },
  { step: 'stop: map snapshot', point: { call: 'write', path: '/history-map.new' }, faults: FILE, by: 'stop' },
  { step: 'first start: policy', point: { call: 'write', path: '/leader-policy' }, faults: FILE, by: 'first start' },
  { step: 'evidence: draft', point: { call: 'write', path: '/evidence/' }, faults: FILE, by: 'fork' },
  { step: 'evidence: in place', point: { call: 'rename', path: '/evidence/' }, faults: RENAME, by: 'fork' },
  { step: 'evidence: stop sign', point: { call: 'rename', path: '/diverged.json' }, faults: RENAME, by: 'fork' },
]

/** One of the two nodes, as the rows need it. */
interface Node {
  lane: Lane
  process: TestFollower | Lane['ledger']
  failpoint: Failpoint
  start: () => Promise<void>
}

function killed(fault: Fault): boolean {
  return fault === 'kill' || fault === 'kill after'
}

function nodeOf(lane: Lane, which: 'ledger' | 'follower'): Node {
  return which === 'ledger'
    ? { lane, process: lane.ledger, failpoint: lane.atLedger, start: () => lane.startLedger() }
    : { lane, process: lane.follower, failpoint: lane.atFollower, start: () => lane.startFollower() }
}

/** A fault in a node that runs: it is killed, or goes on by itself. */
async function whileRunning(node: Node, { point, by }: Row, fault: Fault): Promise<void> {
  const { process, failpoint } = node
  const drive = by === 'mqtt' ? byMqtt : by === 'contradiction' ? byContradiction : byBatch
  const driving = drive(node, () => failpoint.arm(point, fault))
  // Looked at below.
  driving.catch(() => undefined)
  await failpoint.reached()
  if (killed(fault)) expect(await process.process.exited).toBe('SIGKILL')
  // For a moment nothing can be written.
  else if (fault === 'ENOSPC') await pause(100)
  failpoint.disarm()
  const again = await driving
  if (killed(fault) || ROUNDS > 0) {
    await stopped(node, killed(fault))
    await node.start()
  }
  await again?.()
}

/** Answers what is left to do once the node runs again. */
type Drive = (node: Node, arm: () => void) => Promise<(() => Promise<void>) | undefined>

const byBatch: Drive = async ({ lane }, arm) => {
  arm()
  await lane.record()
  return undefined
}

const byMqtt: Drive = async ({ lane }, arm) => {
  const { ledger, signer } = lane
  await using client = await TestClient.connect(ledger, loginOf(signer))
  // What it is greeted with is an acknowledgement too.
  await until('the gateway is greeted', () => client.acks.length > 0)
  arm()
  const { batch, seq } = lane.next()
  await client.send(batch).catch(() => undefined)
  const heard = (): boolean => client.acks.some((ack) => ack.kind === 'ack' && ack.seq === seq)
  await until('an ack', heard, 500).catch(() => undefined)
  return undefined
}

/** A gateway signs one number twice: what it signed is kept, and its key is suspended. */
const byContradiction: Drive = async ({ lane }, arm) => {
  const { ledger } = lane
  const spare = lane.spares.pop()!
  expect((await lane.post(spare.batch(commissioned(item('TRUE')))))?.status).toBe(201)
  arm()
  spare.seq = 0
  spare.prev = new Uint8Array(32)
  const lie = spare.batch(commissioned(item('FALSE')))
  await lane.post(lie)
  return async () => {
    await lane.post(lie)
    await until('the key is suspended', async () => (await ledger.gateway(spare.gateway))?.status === 'suspended')
  }
}

/** Ends a node that still runs, and audits what it has left behind. */
async function stopped({ lane, process }: Node, ended: boolean): Promise<void> {
  if (!ended) expect(await process.stop()).toBe(0)
  await lane.audited(process.data)
}

/** A fault in a node that starts. */
async function whileStarting(node: Node, { point, by }: Row, fault: Fault): Promise<void> {
  const { lane, process, failpoint } = node
  if (by === 'torn start') {
    failpoint.arm({ call: 'write', path: '/entries/' }, 'kill')
    await lane.record()
    await failpoint.reached()
    expect(await process.process.exited).toBe('SIGKILL')
  } else expect(await process.stop()).toBe(0)
  if (by === 'rebuild') rmSync(join(process.data, 'derived'), { recursive: true })
  failpoint.arm(point, fault)
  const starting = node.start().then(
    () => true,
    () => false,
  )
  await failpoint.reached()
  const started = await starting
  if (killed(fault)) expect(await process.process.exited).toBe('SIGKILL')
  failpoint.disarm()
  // A follower whose disk fails waits for a better one; a ledger may as well refuse to start.
  await stopped(node, !started)
  await node.start()
}

/** A fault in a node that stops. */
async function whileStopping({ lane, process, failpoint, start }: Node, { point }: Row, fault: Fault): Promise<void> {
  failpoint.arm(point, fault)
  const exit = await process.stop()
  expect(failpoint.fired).toBe(true)
  expect(exit).toBe(killed(fault) ? 'SIGKILL' : 0)
  failpoint.disarm()
  await lane.audited(process.data)
  await start()
}

/** A follower that never ran before is killed before it knows whom to trust. */
async function atFirstStart({ lane }: Node, { point }: Row, fault: Fault): Promise<void> {
  using folder = temporaryFolder()
  await using follower = await lane.follower.at(join(folder.path, 'new'))
  follower.launch = lane.atFollower.launch
  lane.atFollower.arm(point, fault)
  const started = await follower.start(lane.ledger.url).then(
    () => true,
    () => false,
  )
  expect(lane.atFollower.fired).toBe(true)
  lane.atFollower.disarm()
  if (!started) await follower.start(lane.ledger.url)
  await follower.reached(await lane.ledger.size())
  expect(await follower.stop()).toBe(0)
  await lane.audited(follower.data)
}

/** A follower meets a leader that has signed another past: whatever happens, it stops and can show why. */
async function atFork({ lane }: Node, { point }: Row, fault: Fault, fork: string): Promise<void> {
  using folder = copyOf(lane.follower.data)
  await using follower = await lane.follower.at(folder.path)
  follower.launch = lane.atFollower.launch
  lane.atFollower.arm(point, fault)
  // It may meet the other past, and so its end, before it serves anyone.
  const starting = follower.start(fork).then(
    () => undefined,
    (error: unknown) => error,
  )
  await lane.atFollower.reached()
  const failure = await starting
  if (killed(fault)) expect(await follower.process.exited).toBe('SIGKILL')
  else {
    expect(failure).toBeUndefined()
    await until('it has stopped', async () => (await follower.health()).status === 'diverged')
    expect(await follower.stop()).toBe(0)
  }
  lane.atFollower.disarm()
  await lane.audited(follower.data)
  await follower.start(fork)
  await until('it stops again', async () => (await follower.health()).code === 'FOLLOW_FORK')
  const proof = /\S+\.tristamp-fork/.exec(await untilSaid(follower))![0]
  expect((await Child.run('ledger', ['prove-fork', proof, '--log', lane.ledger.vkey])).exit).toBe(0)
  expect(await follower.stop()).toBe(0)
  await lane.audited(follower.data)
}

async function untilSaid({ process }: TestFollower): Promise<string> {
  return (await process.says(/^.*ALERT FOLLOW_FORK.*$/m))[0]
}

type Cells = Map<string, string>

/** Goes through rows of one node, a cell after the other, in a lane of its own. */
async function run(which: 'ledger' | 'follower', rows: readonly Row[], cells: Cells): Promise<void> {
  using folder = temporaryFolder()
  const contradictions = rows.filter(({ by }) => by === 'contradiction').flatMap(({ faults }) => faults).length
  await using lane = await Lane.open(folder.path, contradictions)
  const node = nodeOf(lane, which)
  // A gateway that has sent before is greeted with what is held of it.
  await lane.record()
  for (const row of rows) {
    for (const fault of row.faults) {
      const begun = performance.now()
      try {
        await cell(node, row, fault)
        cells.set(`${which} ${row.step} ${fault}`, `${((performance.now() - begun) / 1000).toFixed(1)}`)
      } catch (error) {
        cells.set(`${which} ${row.step} ${fault}`, `✗ ${String(error)}`)
        console.log(`${which} ${row.step} ${fault}: ${String(error)}`)
        node.failpoint.disarm()
        for (const each of [nodeOf(lane, 'ledger'), nodeOf(lane, 'follower')])
          if (each.process.process.ended) await each.start().catch(() => undefined)
      }
    }
  }
  for (const each of [nodeOf(lane, 'follower'), nodeOf(lane, 'ledger')]) await stopped(each, false)
}

async function cell(node: Node, row: Row, fault: Fault): Promise<void> {
  const { lane } = node
  switch (row.by) {
    case 'fork':
      throw new Error('has a runner of its own')
    case 'first start':
      await atFirstStart(node, row, fault)
      break
    case 'stop':
      await whileStopping(node, row, fault)
      break
    case 'start':
    case 'torn start':
    case 'rebuild':
      await whileStarting(node, row, fault)
      break
    default:
      await whileRunning(node, row, fault)
  }
  await lane.record()
  await lane.settled()
}

/** Rows about a fork need a second ledger of the same key, and a follower of the first for each cell. */
async function runForks(rows: readonly Row[], cells: Cells): Promise<void> {
  using folder = temporaryFolder()
  await using lane = await Lane.open(folder.path)
  await lane.record()
  await lane.settled()
  expect(await lane.ledger.stop()).toBe(0)
  using copy = copyOf(lane.ledger.data)
  await using fork = await lane.ledger.at(copy.path).start()
  const other = await fork.post(lane.signer.batch(commissioned(item('FORK'))))
  await fork.sealed(((await other.json()) as { entry: number }).entry)
  lane.signer.seq--
  lane.signer.prev = new Uint8Array(Buffer.from(lane.held.at(-1)!.leaf, 'hex'))
  await lane.startLedger()
  for (let i = 0; i < 3; i++) await lane.record()
  await lane.settled()
  expect(await lane.follower.stop()).toBe(0)
  for (const row of rows) {
    for (const fault of row.faults) {
      const begun = performance.now()
      const outcome = await atFork(nodeOf(lane, 'follower'), row, fault, fork.url).then(
        () => `${((performance.now() - begun) / 1000).toFixed(1)}`,
        (error: unknown) => `✗ ${String(error)}`,
      )
      cells.set(`follower ${row.step} ${fault}`, outcome)
      lane.atFollower.disarm()
    }
  }
}

function table(which: 'ledger' | 'follower', rows: readonly Row[], cells: Cells): string {
  const line = (name: string, each: readonly string[]): string =>
    name.padEnd(26) + each.map((text) => text.padStart(11)).join('')
  const lines = rows.map(({ step, faults }) =>
    line(
      step,
      FAULTS.map((fault) => {
        const outcome = cells.get(`${which} ${step} ${fault}`)
        if (!faults.includes(fault)) return '–'
        return outcome === undefined ? '?' : outcome.startsWith('✗') ? '✗' : `✓ ${outcome} s`
      }),
    ),
  )
  return [line(which, FAULTS), ...lines].join('\n')
}

/** Rows of one node, shared out among lanes. */
function shared(which: 'ledger' | 'follower', rows: readonly Row[], cells: Cells): Promise<void>[] {
  const lanes = Array.from({ length: LANES }, (_, lane) => rows.filter((_, i) => i % LANES === lane))
  return lanes.filter((lane) => lane.length > 0).map((lane) => run(which, lane, cells))
}

it('holds at every step under every fault', { timeout: 900_000 * Math.max(1, ROUNDS) }, async () => {
  const wanted = (which: string, rows: readonly Row[]): Row[] =>
    rows.filter(({ step }) => `${which} ${step}`.includes(ONLY))
  const [leader, follower] = [wanted('ledger', LEADER), wanted('follower', FOLLOWER)]
  const [forks, others] = [follower.filter(({ by }) => by === 'fork'), follower.filter(({ by }) => by !== 'fork')]
  for (let round = 0; round < Math.max(1, ROUNDS); round++) {
    const cells: Cells = new Map()
    await Promise.all([
      ...shared('ledger', leader, cells),
      ...shared('follower', others, cells),
      forks.length > 0 ? runForks(forks, cells) : undefined,
    ])
    console.log(`${table('ledger', leader, cells)}\n\n${table('follower', follower, cells)}`)
    expect([...cells].filter(([, outcome]) => outcome.startsWith('✗'))).toEqual([])
  }
})
