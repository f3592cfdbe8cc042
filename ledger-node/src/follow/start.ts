import { mkdir } from 'node:fs/promises'
import { keyThumbprint, type Policy, toHex, type Verify } from '@tristamp/protocol'
import { Board } from '../board/board.ts'
import { type Closers, started } from '../closers.ts'
import type { Config } from '../config.ts'
import { Directory } from '../directory.ts'
import { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { WantedEvidence } from '../evidence/wanted-evidence.ts'
import { createApp } from '../http/app.ts'
import { followRoutes } from '../http/follow.ts'
import { reachableHost, serveHttp } from '../http/server.ts'
import { keyPath, loadOrMakeKey } from '../keys.ts'
import { Ledger } from '../ledger.ts'
import { lockData } from '../lock.ts'
import { MACHINE, type Machine, PAGES } from '../machine.ts'
import { Metrics } from '../metrics.ts'
import { earlierCheckpoint } from '../query/earlier.ts'
import { SnapshotWriter } from '../snapshot-writer.ts'
import { StatusBoard } from '../status.ts'
import { readTls, refusePlain } from '../tls.ts'
import { Traces } from '../trace/traces.ts'
import { openStrangers } from '../unsigned/strangers.ts'
import { VERSION } from '../version.ts'
import { openWitness } from '../witness/open.ts'
import { policyOfLedger } from '../witness/witness-config.ts'
import { FollowingCosigner } from './cosigner.ts'
import { DivergenceFile } from './divergence.ts'
import { FollowMetrics } from './follow-metrics.ts'
import type { FollowStatus } from './follow-status.ts'
import { Follower } from './follower.ts'
import { Halt } from './halt.ts'
import { Leader } from './leader.ts'
import { PublishedNotes } from './published.ts'
import { Trust } from './trust.ts'

/** A node of another organisation that reproduces a ledger, and answers for it. */
export interface RunningFollower extends AsyncDisposable {
  httpPort: number
  url: string
  publicUrl: string
  /** Of the log that is followed. */
  origin: string
  /** The key that it cosigns by, as a policy names it. */
  vkey: string
  status: () => FollowStatus
}

/**
 * Starts a node that follows another. The folder is empty at the first start, and belongs to that log from then on.
 * @throws LedgerError when it cannot: the code says why
 */
export async function startFollower(
  config: Config & { follow: NonNullable<Config['follow']> },
  signal?: AbortSignal,
  machine: Partial<Machine> = {},
): Promise<RunningFollower> {
  return await started((closers) => start(config, { ...MACHINE, ...machine }, closers), signal)
}

async function start(
  config: Config & { follow: NonNullable<Config['follow']> },
  machine: Machine,
  closers: Closers,
): Promise<Omit<RunningFollower, typeof Symbol.asyncDispose>> {
  const { disk, verify, now, log } = machine
  refusePlain(config.plain, { setting: 'http', ...config.http })
  const tls = config.http.tls && (await readTls(config.http.tls, 'http.tls'))
  const { data: folder } = config
  await mkdir(folder, { recursive: true })
  closers.add(await lockData(folder))
  const ending = new AbortController()
  const leader = new Leader(config.follow.url, ending.signal)
  const trust = await Trust.open(disk, folder, leader, config.policy)
  const { key } = trust
  const signed: Verify = async (...args) => verify(...args)
  const notes = new PublishedNotes(() => trust.policy, signed)
  const logKey = { publicKey: key.publicKey }
  const ledger = await Ledger.open({ disk, folder, logKey, verify, now, note: log, cosigners: notes })
  closers.add(() => ledger.close())
  const snapshots = new SnapshotWriter({ ledger, disk, everyMs: config.snapshotEveryMs, note: log })
  closers.add(() => snapshots.stop())

  const ownKey = await loadOrMakeKey(keyPath(folder, 'witness'))
  const name = config.follow.name ?? `${key.name}/follower-${toHex(keyThumbprint(ownKey.publicKey)).slice(0, 8)}`
  const logs = [key, ...(config.witness?.logs ?? []).filter((other) => other.name !== key.name)]
  const witness = await openWitness(folder, { name, logs }, key.name, machine)
  const metrics = new Metrics(log)
  if (ledger.sealed !== undefined) metrics.sealed(ledger.sealed)
  const followMetrics = new FollowMetrics(metrics.registry, (news) => metrics.tell(news))
  const file = new DivergenceFile(disk, folder)
  const halt = await Halt.open({ file, leader: leader.url, metrics: followMetrics, now, log })
  const taken = (): void => metrics.sealed(ledger.latest!)
  const evidence = new EvidenceFolder(disk, folder)
  const follower = new Follower({
    ledger,
    leader,
    evidence,
    wanted: await WantedEvidence.open(disk, folder),
    trust,
    key,
    verify,
    notes,
    halt,
    metrics: followMetrics,
    taken,
    now,
    log,
  })
  closers.add(async () => {
    ending.abort()
    await follower.stop()
  })

  const traces = new Traces({ ledger, folder, note: log, snapshotEveryMs: config.snapshotEveryMs })
  closers.add(() => traces.close())
  const strangers = await openStrangers(config.data, { disk, now })
  closers.add(() => strangers.close())
  let publicUrl = config.http.publicUrl ?? ''
  const { pages = PAGES } = config.http
  const status = new StatusBoard(metrics, now)
  const board = new Board({
    ...{ ledger, metrics, status, now, version: VERSION },
    directory: new Directory(ledger),
    complaints: () => strangers.complaints.figures,
    following: () => follower.status,
    trouble: () => undefined,
    space: () => machine.space(folder),
  })
  const own: () => Policy = () => policyOfLedger(trust.policy, key, publicUrl)
  const http = await serveHttp(
    createApp({
      ledger,
      evidence,
      traces,
      own: followRoutes(ledger, follower, VERSION),
      board,
      status,
      metrics,
      policy: own,
      earlier: (size) => earlierCheckpoint(ledger, logKey, size),
      witness: new FollowingCosigner(witness, follower, key, verify),
      access: config.access,
      strangers,
      now,
      publicUrl: () => publicUrl,
      pages,
      limits: config.http,
      log,
    }),
    { ...config.http, tls },
  )
  closers.add(http.close)
  closers.add(async () => board.close())
  const url = `${tls ? 'https' : 'http'}://${reachableHost(config.http.host)}:${http.port}`
  publicUrl ||= url
  traces.begin()
  return { httpPort: http.port, url, publicUrl, origin: key.name, vkey: witness.vkey, status: () => follower.status }
}
