// The history map alone: what a touched subject costs, and what a proof takes, at different numbers of subjects. Each in a process of its own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeBundle, HistoryMap, unpackSiblings } from '@tristamp/protocol'
import { encodePiece, PART_RECORDS, readSnapshot } from '../ledger-node/dist/map-snapshot.js'
import { hashOnNode } from '../ledger-node/dist/node-crypto.js'
import { median, megabytes, millis, row, thousands, timed, withFolder } from './_measure.mjs'
import { Random } from './_random.mjs'

const SIZES = [100_000, 1_000_000, 10_000_000]
/** Distinct subjects that an event touches. */
const TOUCHED = 2.5
/** Subjects between two seals: 2,000 events. */
const BATCH = 5000
const ROUNDS = 15
const FILL = 100_000
const PROOFS = 5000

export async function run({ scale, say }) {
  const rows = []
  for (const size of SIZES) {
    const child = fork(fileURLToPath(import.meta.url), { serialization: 'advanced' })
    child.send(Math.round(size * scale))
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the measuring process ended')))
    const [m] = await Promise.race([once(child, 'message'), ended])
    const event = `${(TOUCHED * m.cpu).toFixed(1)} µs CPU an event (${(TOUCHED * m.wall).toFixed(1)} µs)`
    const proof = `${Math.round(m.proofBytes)} B, ${m.depth.toFixed(1)} deep, ${m.proof.toFixed(1)} µs`
    say(`map of ${thousands(m.size)}: ${event}; proof ${proof}; ${megabytes(m.memory)}`)
    rows.push(
      row(
        `history map of ${thousands(m.size)} subjects, ${TOUCHED} touched by an event, seals of ${thousands(BATCH)} touched`,
        `${event}; filled at ${m.fill.toFixed(1)} µs a subject; ${megabytes(m.memory)} RSS`,
        { goal: '≤ 20 µs an event' },
      ),
      row('a proof from it, as a bundle holds it', proof, { goal: '≤ 900 B' }),
      row(
        'its snapshot',
        `${megabytes(m.snapshot.bytes)}, written in ${millis(m.snapshot.write)}; read, hashed and compared in ${millis(m.snapshot.read)}`,
        { goal: 'a start < 15 s at 10 M subjects' },
      ),
    )
  }
  return rows
}

async function measure(size) {
  hashOnNode()
  const random = new Random(5)
  const map = new HistoryMap()
  const record = { count: 1, chain: random.bytes(32) }
  const fill = used(() => {
    for (let i = 0; i < size; i++) {
      map.set(key(i), record)
      if (i % FILL === FILL - 1) map.root()
    }
    map.root()
  })
  let next = size
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    // Four of five are there already, as a product has many events.
    const keys = Array.from({ length: BATCH }, (_, i) => key(i % 5 === 0 ? next++ : random.below(size)))
    const chains = keys.map(() => random.bytes(32))
    return used(() => {
      for (let i = 0; i < BATCH; i++) map.set(keys[i], { count: round + 2, chain: chains[i] })
      map.root()
    })
  })
  const asked = Array.from({ length: PROOFS }, () => key(random.below(size)))
  const proofs = []
  const proof = used(() => {
    for (const k of asked) proofs.push(map.prove(k))
  })
  const sum = (of) => proofs.reduce((total, p) => total + of(p), 0) / PROOFS
  return {
    size: map.size,
    fill: fill.wall / size,
    cpu: median(rounds.map((r) => r.cpu)) / BATCH,
    wall: median(rounds.map((r) => r.wall)) / BATCH,
    proof: proof.wall / PROOFS,
    depth: sum((p) => p.depth),
    proofBytes: sum(bytesOf),
    memory: process.memoryUsage.rss(),
    snapshot: await snapshot(map),
  }
}

/** What a node does at a stop and at a start, without the ledger around it. */
function snapshot(map) {
  return withFolder(async (folder) => {
    const path = join(folder, 'history-map')
    const root = map.root()
    let bytes = 0
    const write = await timed(async () => {
      const file = await open(path, 'w')
      const put = async (piece) => {
        const frame = encodePiece(piece)
        bytes += frame.length
        await file.write(frame)
      }
      await put({ kind: 'head', height: 0, size: 0, seal: root, subjects: map.size })
      let records = []
      for (const record of map.records()) {
        if (records.push(record) < PART_RECORDS) continue
        await put({ kind: 'part', height: 0, records })
        records = []
      }
      await put({ kind: 'part', height: 0, records })
      await put({ kind: 'end', subjects: map.size })
      await file.datasync()
      await file.close()
    })
    const again = new HistoryMap()
    const read = await timed(async () => {
      for await (const piece of readSnapshot(path)) {
        if (piece.kind !== 'part') continue
        for (const { key, record } of piece.records) again.set(key, record)
        again.root()
      }
      if (Buffer.compare(again.root(), root) !== 0) throw new Error('another root')
    })
    return { write, read, bytes }
  })
}

/** What a history adds to a bundle that holds no other; without its subject and its links. Beside others it shares what lies above them. */
function bytesOf(proof) {
  const { depth, other } = proof
  const end = { depth, ...(other && { other }) }
  const one = encodeBundle(bundleOf([{ subject: '', links: [], end }], unpackSiblings(proof))).length
  return one - encodeBundle(bundleOf([], [])).length - 3
}

function bundleOf(histories, map) {
  const seal = { entry: 0, bytes: new Uint8Array(0) }
  return { checkpoint: '', seal, beside: [], seals: [], statements: [], events: [], histories, map }
}

/** The key of a subject that follows from its number: spread like a hash, and cheaper. */
function key(number) {
  const bytes = new Uint8Array(32)
  for (let word = 0; word < 8; word++) {
    let h = 8 * number + word
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    h ^= h >>> 16
    for (let i = 0; i < 4; i++) bytes[4 * word + i] = h >>> (8 * i)
  }
  return bytes
}

/** µs that `work` takes, on the clock and of the processor. */
function used(work) {
  const [cpu, begin] = [process.cpuUsage(), performance.now()]
  work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: user + system, wall: (performance.now() - begin) * 1000 }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (size) => process.send(await measure(size), () => process.exit(0)))
}
