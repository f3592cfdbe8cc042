import { availableParallelism } from 'node:os'
import { type Genesis, type Policy, parseVerifierKey, toBase64Url, toHex, type VerifySync } from '@tristamp/protocol'
import { Router } from 'express'
import { Acks } from './ack.ts'
import { Examiners } from './audit/examiners.ts'
import { Board } from './board/board.ts'
import { type Closers, started } from './closers.ts'
import type { Config } from './config.ts'
import { Contradictions } from './contradictions.ts'
import { Directory } from './directory.ts'
import { Enrolments } from './enrolments.ts'
import { LedgerError } from './error.ts'
import { EvidenceFolder } from './evidence/evidence-folder.ts'
import { EvidenceIntake } from './evidence/evidence-intake.ts'
import { openFront } from './gateway-front.ts'
import { Holds } from './hold/holds.ts'
import { createApp } from './http/app.ts'
import { healthRoutes } from './http/health.ts'
import { parcelRoutes } from './http/parcels.ts'
import { postLimit } from './http/rate-limit.ts'
import { reachableHost, serveHttp } from './http/server.ts'
import { statementRoutes } from './http/statements.ts'
import { Intake } from './intake.ts'
import { keyPath, loadKey, type SigningKey } from './keys.ts'
import { Ledger } from './ledger.ts'
import { lockData } from './lock.ts'
import { MACHINE, type Machine, PAGES } from './machine.ts'
import { Metrics } from './metrics.ts'
import { Notices } from './notices.ts'
import { OwnWord } from './own-word.ts'
import { earlierCheckpoint } from './query/earlier.ts'
import { Entries } from './query/source.ts'
import { openResponses } from './recall/responses-book.ts'
import type { Receipt } from './receipt.ts'
import { SealTimer } from './seal.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import { StatusBoard } from './status.ts'
import { Suspensions } from './suspension.ts'
import { type Listener, readTls, refusePlain } from './tls.ts'
import { Traces } from './trace/traces.ts'
import { openStrangers } from './unsigned/strangers.ts'
import { VERSION } from './version.ts'
import { Cosigning } from './witness/cosigning.ts'
import { keepPolicy } from './witness/kept-policy.ts'
import { openWitness } from './witness/open.ts'
import { policyOfLedger } from './witness/witness-config.ts'

export { type Config, readConfig } from './config.ts'
export { readEnvironment } from './config-overrides.ts'
export { DEFAULTS } from './config-schema.ts'
export type { Disk, DiskFile } from './disk.ts'
export { type LedgerCode, LedgerError, SENTENCES } from './error.ts'
export type { FollowStatus } from './follow/follow-status.ts'
export { type RunningFollower, startFollower } from './follow/start.ts'
export { type Founded, type Founding, found } from './found.ts'
export { bringOperations, type SigningTarget } from './govern/bring-operations.ts'
export { keyPath, loadKey, type SigningKey } from './keys.ts'
export type { Machine } from './machine.ts'
export { type Audit, type Flaw, verifyLedger } from './verify.ts'

/** Threads that look at batches ahead of admission. What has to be done in order is no faster with more. */
const MAX_EXAMINERS = 2
/** What a thread has not found out by then is found out without it: a gateway waits for its ack. */
const LATE_MS = 5_000

/** A ledger node that runs. Disposing of it writes and seals what was taken, and frees ports and folder. */
export interface RunningLedger extends AsyncDisposable {
  httpPort: number
  mqttPort: number
  /** Where this process answers. */
  url: string
  mqttUrl: string
  /** Where readers are sent: `url` unless configured. */
  publicUrl: string
  genesis: Genesis
  /** The key that it cosigns other logs with, as policies name it; only where it is a witness. */
  witness?: string
}

/**
 * Starts a node on a founded ledger; ports 0 are any free ones. Ends when the signal says so, or when disposed of.
 * @throws LedgerError when it cannot: the code says why
 */
export async function startLedger(
  config: Config,
  signal?: AbortSignal,
  machine: Partial<Machine> = {},
): Promise<RunningLedger> {
  return await started((closers) => start(config, { ...MACHINE, ...machine }, closers), signal)
}

async function start(
  config: Config,
  machine: Machine,
  closers: Closers,
): Promise<Omit<RunningLedger, typeof Symbol.asyncDispose>> {
  const { disk, verify, now, log } = machine
  refusePlain(config.plain, ...listeners(config))
  const httpTls = config.http.tls && (await readTls(config.http.tls, 'http.tls'))
  const mqttTls = config.mqtt.tls && (await readTls(config.mqtt.tls, 'mqtt.tls'))
  const [logKey, ackKey] = [await keyOf(config, 'log'), await keyOf(config, 'ack')]
  closers.add(await lockData(config.data))
  let publicUrl = config.http.publicUrl ?? ''
  const metrics = new Metrics(log)
  const cosigning = config.policy && cosigningOf(config.policy, verify, metrics)
  const ledger = await Ledger.open({ disk, folder: config.data, logKey, verify, now, note: log, cosigners: cosigning })
  closers.add(() => ledger.close())
  const snapshots = new SnapshotWriter({ ledger, disk, everyMs: config.snapshotEveryMs, note: log })
  closers.add(() => snapshots.stop())
  const genesis = foundedWith(ledger, ackKey, config)
  const key = parseVerifierKey(genesis.logKey)
  const policy = (): Policy => policyOfLedger(config.policy, key, publicUrl)
  // A policy of another log is told of now, not to the first reader.
  policy()
  await keepPolicy(disk, config.data, key, config.policy)
  const witness = config.witness && (await openWitness(config.data, config.witness, genesis.origin, machine))

  if (ledger.sealed !== undefined) metrics.sealed(ledger.sealed)
  const status = new StatusBoard(metrics, now)
  const unacked = (error: unknown): void => log(`ack: ${String(error)}`)
  const quietly = (work: Promise<void>): void => void work.catch(unacked)
  const acks = new Acks(ledger, ackKey, (to, ack) => broker.send(to, 'ack', ack), unacked)
  const enrolments = new Enrolments(
    ledger,
    ackKey,
    (to, enrolment) => broker.send(to, 'enrolment', enrolment),
    (error) => log(`enrolment: ${String(error)}`),
  )
  closers.add(async () => enrolments.close())
  const notices = new Notices(
    ledger,
    ackKey,
    (name, notice) => broker.publish(name, notice),
    (error) => log(`notice: ${String(error)}`),
  )
  closers.add(async () => notices.close())
  const folder = new EvidenceFolder(disk, config.data)
  const evidence = new EvidenceIntake(folder)
  const examiners = new Examiners(Math.min(MAX_EXAMINERS, availableParallelism() - 1), { lateMs: LATE_MS })
  closers.add(() => examiners.close())
  const intake = new Intake({
    ledger,
    verify,
    examiners,
    metrics,
    evidence,
    timer: new SealTimer(config.sealEveryMs),
    contradicted: (found) => suspensions.raise(found),
    settled: (group) => {
      quietly(acks.answer(group))
      // Governance comes without a sender, and may have revoked a key that is connected.
      if (group.some(({ receipt, sender }) => receipt.kind === 'recorded' && sender === undefined)) broker.recheck()
      if (group.some(({ receipt }) => isGovernance(ledger, receipt))) {
        enrolments.recheck()
        notices.recheck()
      }
    },
  })
  const word = new OwnWord({ ledger, key: ackKey, submit: (batch) => intake.submit(batch), now })
  const contradictions = new Contradictions(disk, config.data)
  const suspensions = new Suspensions({
    ledger,
    word,
    contradictions,
    metrics,
    log,
  })
  metrics.watchKeys(() => ledger.state.keys.values())
  const broker = await openFront(config, mqttTls, {
    ledger,
    intake,
    evidence,
    status,
    metrics,
    greet: (login) => {
      quietly(acks.greet(login))
      enrolments.greet(login)
    },
    forgotten: () => notices.again(),
    origin: genesis.origin,
    log,
  })
  closers.add(() => broker.close())
  notices.again()
  // Before the broker closes: what was taken is written, sealed and acknowledged.
  closers.add(async () => {
    suspensions.stop()
    await intake.stop()
    await acks.close()
  })
  await suspensions.resume()

  const traces = new Traces({ ledger, folder: config.data, note: log, snapshotEveryMs: config.snapshotEveryMs })
  closers.add(() => traces.close())
  // Before the traces: what is asked of them has no answer then.
  closers.add(async () => notices.close())
  const holds = new Holds({
    ...{ ledger, traces, word, disk, folder: config.data, log },
    entries: new Entries(ledger),
    directory: new Directory(ledger),
  })
  closers.add(() => holds.close())
  const responses = await openResponses(config.data, machine)
  closers.add(() => responses.close())
  const strangers = await openStrangers(config.data, machine)
  closers.add(() => strangers.close())
  const { pages = PAGES } = config.http
  const board = new Board({
    ...{ ledger, metrics, status, contradictions, now, version: VERSION },
    directory: new Directory(ledger),
    complaints: () => strangers.complaints.figures,
    policy: config.policy,
    standing: cosigning?.standing,
    trouble: () => intake.trouble,
    space: () => machine.space(config.data),
  })
  const app = createApp({
    board,
    ledger,
    evidence: folder,
    traces,
    own: Router()
      .use(statementRoutes(intake, postLimit(config.http)))
      .use(parcelRoutes({ ledger, intake, evidence, verify }, postLimit(config.http)))
      .use(healthRoutes(ledger, intake, VERSION, () => cosigning?.standing)),
    status,
    metrics,
    policy,
    earlier: (size) => earlierCheckpoint(ledger, logKey, size),
    witness,
    logKey,
    access: config.access,
    responses,
    strangers,
    now,
    publicUrl: () => publicUrl,
    pages,
    limits: config.http,
    log,
  })
  const http = await serveHttp(app, { ...config.http, tls: httpTls })
  closers.add(http.close)
  closers.add(async () => board.close())
  const url = `${httpTls ? 'https' : 'http'}://${reachableHost(config.http.host)}:${http.port}`
  publicUrl ||= url
  traces.begin()
  holds.begin()
  notices.watch(traces)
  const running = { httpPort: http.port, mqttPort: broker.port, url, mqttUrl: broker.url, publicUrl, genesis }
  return witness === undefined ? running : { ...running, witness: witness.vkey }
}

/** Whether it is the signature of someone who governs. */
function isGovernance({ state }: Ledger, receipt: Receipt): boolean {
  return receipt.kind === 'recorded' && state.keys.get(toHex(receipt.kid))?.kind !== 'gateway'
}

function cosigningOf(policy: Policy, verify: VerifySync, metrics: Metrics): Cosigning {
  const signed = async (...args: Parameters<VerifySync>): Promise<boolean> => verify(...args)
  return new Cosigning({ policy, verify: signed, tell: (standing, event) => metrics.cosigning(standing, event) })
}

/** With a broker of others this process listens for readers alone. */
function listeners({ http, mqtt }: Config): Listener[] {
  const own = mqtt.broker === undefined ? [{ setting: 'mqtt', ...mqtt }] : []
  return [{ setting: 'http', ...http }, ...own]
}

async function keyOf({ data }: Config, name: string): Promise<SigningKey> {
  try {
    return await loadKey(keyPath(data, name))
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'KEY_FILE_MISSING')
      throw new LedgerError('DATA_MISSING', error.message, { cause: error })
    throw error
  }
}

function foundedWith(ledger: Ledger, ackKey: SigningKey, { data }: Config): Genesis {
  const { genesis } = ledger.state
  if (genesis === undefined) throw new LedgerError('DATA_MISSING', data)
  if (toBase64Url(ackKey.publicKey) !== genesis.ackKey)
    throw new LedgerError('KEY_FILE_OTHER', `the ack key is not ${genesis.ackKey}`)
  return genesis
}
