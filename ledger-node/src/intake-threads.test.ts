import { EventEmitter } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { toHex } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { itemUri, ORIGIN, TestGateway, TestLedger, temporaryFolder } from './_harness.ts'
import { examineChunk, type Finding } from './audit/examine.ts'
import { Examiners } from './audit/examiners.ts'
import { packFindings } from './audit/findings.ts'
import type { Task } from './audit/worker.ts'
import { nodeDisk } from './disk.ts'
import { EvidenceFolder } from './evidence/evidence-folder.ts'
import { EvidenceIntake } from './evidence/evidence-intake.ts'
import { Intake, type Receipt } from './intake.ts'
import { keyPath, loadKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { Metrics } from './metrics.ts'
import { verifySignature } from './node-crypto.ts'
import { SealTimer } from './seal.ts'

/** What a thread makes of a task: its answer, and after how many ms; or it says nothing, or it ends. */
type Answer = { findings: unknown; afterMs: number } | 'silence' | 'end'

/** A thread that really looks, as far as `mood` lets it. */
class Thread extends EventEmitter {
  readonly #keys = new Map<string, Uint8Array>()
  readonly #mood: (findings: (Finding | undefined)[], task: number) => Answer

  constructor(mood: (findings: (Finding | undefined)[], task: number) => Answer) {
    super()
    this.#mood = mood
  }

  postMessage(task: Task): void {
    const { id, chunk, keys } = structuredClone(task)
    for (const [kid, key] of keys) this.#keys.set(kid, key)
    const answer = this.#mood(
      examineChunk(chunk, (kid) => this.#keys.get(toHex(kid)), verifySignature),
      id,
    )
    if (answer === 'end') setImmediate(() => this.emit('exit', 1))
    else if (answer !== 'silence')
      setTimeout(() => this.emit('message', { id, findings: packed(answer.findings) }), answer.afterMs)
  }

  terminate(): Promise<number> {
    this.emit('exit', 1)
    return Promise.resolve(1)
  }
}

/** As a thread passes them on; what are no findings stays what it is. */
function packed(findings: unknown): unknown {
  try {
    return packFindings(findings as (Finding | undefined)[])
  } catch {
    return findings
  }
}

let folder: string
let remove: () => Promise<void>
let payloads: { payload: Uint8Array; from: TestGateway }[]
let copies = 0

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  const founded = await TestLedger.start()
  const gateways = await founded.enrolGateways('one', 'two', 'three')
  await founded.stop()
  await cp(founded.folder, join(folder, 'founded'), { recursive: true })
  payloads = deliveries(gateways)
})
afterEach(() => remove())

/** Batches of several gateways, and among them what has to be refused, repeated or held against somebody. */
function deliveries(gateways: readonly TestGateway[]): { payload: Uint8Array; from: TestGateway }[] {
  const list: { payload: Uint8Array; from: TestGateway }[] = []
  for (let i = 0; i < 240; i++) {
    const from = gateways[i % 3]!
    const payload = from.batch(...Array.from({ length: 1 + (i % 5) }, (_, n) => itemUri(`I${(i * 7 + n) % 90}`)))
    if (i % 40 === 7) list.push({ payload: spoilt(payload, payload.length - 9), from })
    if (i % 40 === 8) list.push({ payload: spoilt(payload, 200), from })
    if (i % 40 === 9) list.push({ payload: payload.subarray(0, 300), from })
    if (i % 40 === 10) list.push({ payload, from: gateways[(i + 1) % 3]! })
    list.push({ payload, from })
    if (i % 40 === 11) list.push({ payload, from })
  }
  const stranger = new TestGateway('org', 'stranger')
  list.splice(100, 0, { payload: stranger.batch(itemUri('X')), from: stranger })
  return list
}

function spoilt(payload: Uint8Array, at: number): Uint8Array {
  const bytes = new Uint8Array(payload)
  bytes[at]! ^= 1
  return bytes
}

/** Takes all of it in on a ledger of its own, sealed once at the end. */
async function taken(examiners?: Examiners): Promise<{ receipts: unknown[]; root: string; size: number }> {
  const data = join(folder, `copy-${copies++}`)
  await cp(join(folder, 'founded'), data, { recursive: true })
  const timer = new SealTimer(3_600_000)
  timer.begun()
  const logKey = await loadKey(keyPath(data, 'log'))
  const parts = { disk: nodeDisk, folder: data, logKey, verify: verifySignature, now: () => 1_795_000_000_000 }
  const ledger = await Ledger.open({ ...parts, note: () => undefined })
  const intake = new Intake({
    ledger,
    verify: verifySignature,
    ...(examiners && { examiners }),
    timer,
    metrics: new Metrics(),
    evidence: new EvidenceIntake(new EvidenceFolder(nodeDisk, data)),
    contradicted: () => Promise.resolve(),
    settled: () => undefined,
  })
  const receipts = await Promise.all(
    payloads.map(async ({ payload, from: { org, gateway } }) => told(await intake.submit(payload, { org, gateway }))),
  )
  await intake.stop()
  await examiners?.close()
  const { root, size } = ledger.latest!
  await ledger.close()
  // What was acknowledged is there again after a start, with the same root.
  const again = await Ledger.open({ ...parts, note: () => undefined })
  expect(toHex(again.latest!.root)).toBe(toHex(root))
  await again.close()
  return { receipts, root: toHex(root), size }
}

function told(receipt: Receipt): unknown {
  const { kind } = receipt
  return kind === 'recorded' ? { kind, entry: receipt.entry, repeated: receipt.repeated } : { kind, code: receipt.code }
}

function threads(mood: (findings: (Finding | undefined)[], task: number) => Answer, lateMs = 10_000): Examiners {
  return new Examiners(2, { lateMs, start: () => new Thread(mood) as unknown as Worker })
}

test('with threads or without, whatever they do: the same answers, the same order, the same root', async () => {
  expect(ORIGIN).toBe('ledger.example/test')
  const plain = await taken()
  expect(plain.receipts.filter((r) => (r as Receipt).kind === 'recorded').length).toBeGreaterThan(240)

  let looked = 0
  const moods: { [name: string]: Examiners } = {
    'in any order': threads((findings, task) => {
      looked += findings.filter((finding) => finding !== undefined).length
      return { findings, afterMs: (task * 7) % 23 }
    }),
    'nothing but noise': threads((findings, task) => {
      const noise = [undefined, null, 'no', [], findings.slice(1), [{}], findings.map(() => ({ signedBy: 'x' }))]
      return { findings: noise[task % noise.length], afterMs: 0 }
    }),
    'they end at once': threads(() => 'end'),
    'they end after a while': threads((findings, task) => (task > 3 ? 'end' : { findings, afterMs: 3 })),
    'they say nothing': threads(() => 'silence', 40),
    'they answer too late': threads((findings) => ({ findings, afterMs: 200 }), 30),
    'they find the signatures of others': threads((findings) => {
      const swapped = findings.map((finding) => finding && { ...finding, signedBy: new Uint8Array(32).fill(7) })
      return { findings: swapped, afterMs: 1 }
    }),
  }
  for (const [name, examiners] of Object.entries(moods))
    expect({ name, ...(await taken(examiners)) }).toEqual({ name, ...plain })
  expect(looked).toBeGreaterThan(150)
}, 180_000)
