import { existsSync, mkdirSync, renameSync } from 'node:fs'
import type { AgentConfig } from './config-types.ts'
import { AgentError } from './error.ts'
import { readHeadFile } from './head-file.ts'
import { openSigner } from './open-signer.ts'
import { Outbox } from './outbox.ts'
import type { Lost } from './outbox-head.ts'
import { paths } from './paths.ts'
import { Store } from './store.ts'

/**
 * A new outbox for a key that has signed before and has lost everything else: how far its chain had come nobody but the ledger knows, so its
 * first statement declares the loss, under a number beyond any that can have been used.
 * @throws AgentError OUTBOX_THERE when something is left, which `run` repairs by itself; KEY_*
 */
export async function recoverAgent(config: AgentConfig): Promise<void> {
  const { outbox } = paths(config.data)
  const { kid } = openSigner(config)
  if (existsSync(outbox) || readHeadFile(config.data) !== undefined)
    throw new AgentError('OUTBOX_THERE', { path: outbox })
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const making = `${outbox}.making-${process.pid}`
  const store = await Store.create(making)
  try {
    const lost: Lost = {
      ...{ to: undefined, reason: 'unknown', from: 0, unsure: true, declared: undefined },
      ...{ events: undefined, accepted: undefined, first: 0, ends: [] },
    }
    await Outbox.init(store, config.data, kid, lost)
  } finally {
    await store.close()
  }
  renameSync(making, outbox)
}
