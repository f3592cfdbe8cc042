import type { AgentConfig } from './config-types.ts'
import { Disk } from './disk.ts'
import { AgentError } from './error.ts'
import { Gateway } from './gateway.ts'
import { readLoginFile } from './key-file.ts'
import { createLog, type Log } from './log.ts'
import { openSigner } from './open-signer.ts'
import { paths } from './paths.ts'
import { refusePlain } from './plain.ts'
import { type OpenedOutbox, openOutbox, repairedError } from './repair.ts'
import { finishRotation } from './rotation.ts'
import type { Signer } from './signer.ts'
import { readModels } from './spectroscopy/benches.ts'
import { Starts } from './starts.ts'
import type { AgentHooks } from './wiring.ts'

export type { AgentHooks } from './wiring.ts'

/** A gateway that runs. Disposing of it resolves when it has stopped. */
export interface RunningAgent extends AsyncDisposable {
  /** Of the key that it signs with. */
  readonly kid: Uint8Array
  /** Whether its loop and its outbox get on. */
  readonly alive: boolean
  /** Takes over a configuration that differs in its devices and stations alone: only those that changed begin anew. */
  reconfigure(next: AgentConfig): Promise<void>
  /** A configuration that is not used: told, counted, and signed as a report. */
  refused(error: AgentError): Promise<void>
}

/**
 * Starts the gateway. Resolves when it runs; it goes on until the signal aborts or the result is disposed of, which resolves when everything has
 * stopped. Nothing that was accepted waits in memory: a stop may come at any time.
 * @throws AgentError KEY_*, LOGIN_MALFORMED, OUTBOX_*, DISK_FULL
 */
export async function startAgent(
  config: AgentConfig,
  signal: AbortSignal,
  log: Log = silent(),
  hooks: AgentHooks = {},
): Promise<RunningAgent> {
  refusePlain(config)
  const files = paths(config.data)
  const models = readModels(config)
  if (await finishRotation(config))
    log.info('· goes on with its new key; what the old one had not brought to the ledger is signed anew')
  const signer = openSigner(config)
  const password = readLoginFile(files.login)
  const disk = new Disk(config.data, files.outbox, config.outbox.maxMiB)
  const starts = new Starts(files.outbox)
  const { store, outbox, repaired } = await openWithRoom(files.outbox, config.data, signer, disk, starts.suspicious)
  const stop = new AbortController()
  try {
    const agent = new Gateway(config, { signer, password, disk, store, outbox, models, log, hooks })
    await agent.load()
    if (repaired) agent.problem(repairedError(repaired))
    const running = agent.run(AbortSignal.any([signal, stop.signal]))
    return {
      kid: signer.kid,
      get alive() {
        return agent.alive
      },
      reconfigure: (next) => agent.reconfigure(next),
      refused: (error) => agent.refused(error),
      async [Symbol.asyncDispose]() {
        stop.abort()
        await running
        starts.lasted()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** On a full disk the ballast is given up for the opening: what is in the outbox must get out. */
async function openWithRoom(
  folder: string,
  data: string,
  signer: Signer,
  disk: Disk,
  suspect: boolean,
): Promise<OpenedOutbox> {
  try {
    return await openOutbox(folder, data, signer, suspect)
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'DISK_FULL') throw error
    disk.drop()
    return openOutbox(folder, data, signer, suspect)
  }
}

function silent(): Log {
  return createLog(() => undefined, 'en')
}
