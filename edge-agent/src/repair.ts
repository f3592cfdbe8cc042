import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AgentError } from './error.ts'
import { initHeadFile, readHeadFile, syncFolder } from './head-file.ts'
import { Outbox } from './outbox.ts'
import { isBearable, repairApart } from './repair-apart.ts'
import { type Salvaged, salvage } from './salvage.ts'
import type { Signer } from './signer.ts'
import { Store } from './store.ts'

/** So many damaged folders are kept for whoever wants to look; the oldest makes room for a fourth. */
const KEPT_FOLDERS = 3

/** What a repair found. `aside`: where the damaged folder is, if there was one. */
export type Repaired = Salvaged & { aside: string | undefined }

export interface OpenedOutbox {
  store: Store
  outbox: Outbox
  /** If a repair was needed. */
  repaired: Repaired | undefined
}

/**
 * Opens the outbox, and repairs it first when it is damaged: what survived is kept, what did not is known, to be declared.
 * @param suspect whether the program ended early again and again: then it is tried first whether that is the database's doing
 * @throws AgentError OUTBOX_MISSING (neither folder nor head.json: a disk that is not mounted, or all is lost), OUTBOX_LOCKED, OUTBOX_FOREIGN, DISK_FULL
 */
export async function openOutbox(folder: string, data: string, signer: Signer, suspect = false): Promise<OpenedOutbox> {
  finishSwap(folder)
  const snapshot = `${folder}.before`
  rmSync(snapshot, { recursive: true, force: true })
  const there = existsSync(folder)
  // Opening changes a damaged folder: what LevelDB cannot read of its log it throws away.
  if (there) takeSnapshot(folder, snapshot)
  try {
    // It would also make the folder before it says that it is missing.
    if (!there) throw new AgentError('OUTBOX_MISSING', { path: folder, why: 'the folder is not there' })
    if (suspect && !(await isBearable(folder)))
      throw new AgentError('OUTBOX_DAMAGED', { path: folder, why: 'the database ends the program' })
    const opened = await openWhole(folder, data, signer)
    rmSync(snapshot, { recursive: true, force: true })
    return { ...opened, repaired: undefined }
  } catch (error) {
    if (!isDamage(error) || (!there && readHeadFile(data) === undefined)) {
      rmSync(snapshot, { recursive: true, force: true })
      throw error
    }
  }
  const repaired = await repairOutbox(folder, data, signer)
  return { ...(await openWhole(folder, data, signer)), repaired }
}

/** The folder as it is: tables never change, so links do for them; what is written on is copied. */
function takeSnapshot(folder: string, snapshot: string): void {
  mkdirSync(snapshot, { mode: 0o700 })
  for (const name of readdirSync(folder)) {
    const [from, to] = [join(folder, name), join(snapshot, name)]
    try {
      if (name.endsWith('.ldb')) linkSync(from, to)
      else cpSync(from, to)
    } catch {
      // A file system without links, a file that cannot be read: then what there is must do.
      cpSync(from, to, { recursive: true, errorOnExist: false })
    }
  }
}

async function openWhole(folder: string, data: string, signer: Signer): Promise<{ store: Store; outbox: Outbox }> {
  const store = await Store.open(folder)
  try {
    return { store, outbox: await Outbox.open(store, data, signer.kid) }
  } catch (error) {
    await store.close()
    throw error
  }
}

export function isDamage(error: unknown): boolean {
  return error instanceof AgentError && (error.code === 'OUTBOX_DAMAGED' || error.code === 'OUTBOX_MISSING')
}

/**
 * Puts the closed, damaged outbox aside as it is, and in its place one with everything that survived in a repaired copy. The swap comes last:
 * a power cut before it changes nothing, one in the middle of it is finished at the next start.
 */
export async function repairOutbox(folder: string, data: string, signer: Signer): Promise<Repaired> {
  const snapshot = `${folder}.before`
  const copy = `${folder}.copy`
  const making = `${folder}.making`
  const made = `${folder}.new`
  for (const path of [copy, making, made]) rmSync(path, { recursive: true, force: true })
  // Of damage that shows while the gateway runs there is no snapshot: then the folder itself is the best there is.
  const damaged = [snapshot, folder].find((path) => existsSync(path))
  const from = damaged === undefined ? undefined : await openCopy(damaged, copy)
  let salvaged: Salvaged
  try {
    const to = await Store.create(making)
    try {
      salvaged = await salvage(from, to, readHeadFile(data), signer.publicKey)
    } finally {
      await to.close()
    }
  } finally {
    await from?.close()
    rmSync(copy, { recursive: true, force: true })
  }
  // Whatever bears this name is whole.
  renameSync(making, made)
  syncFolder(data)
  const aside = damaged === undefined ? undefined : `${folder}.damaged-${stamp()}`
  if (aside !== undefined) renameSync(damaged!, aside)
  rmSync(folder, { recursive: true, force: true })
  renameSync(made, folder)
  initHeadFile(data, salvaged.file)
  syncFolder(data)
  removeOldest(folder)
  return { ...salvaged, aside }
}

/** What a repair found, as the operator should hear of it. */
export function repairedError({ batches, events, lost, aside }: Repaired): AgentError {
  // Where the folder is gone with all that it held, only the ledger knows where the loss begins.
  const first = lost === undefined || lost.from < 0 ? '?' : lost.from
  const gone = lost === undefined ? '–' : `${first}–${lost.to === undefined ? '?' : Math.max(lost.from, lost.to - 1)}`
  return new AgentError('OUTBOX_REPAIRED', { batches, events, lost: gone, aside: aside ?? '–' })
}

/** A copy that can be opened, or undefined when nothing in it can be read at all. */
async function openCopy(folder: string, copy: string): Promise<Store | undefined> {
  cpSync(folder, copy, { recursive: true })
  try {
    await repairApart(copy)
    return await Store.open(copy)
  } catch (error) {
    if (!isDamage(error)) throw error
    return undefined
  }
}

/** A repair that was cut off between putting the damaged folder aside and putting the new one in its place. */
function finishSwap(folder: string): void {
  const made = `${folder}.new`
  if (!existsSync(folder) && existsSync(made)) renameSync(made, folder)
}

function removeOldest(folder: string): void {
  const names = asides(folder)
  for (const name of names.slice(0, Math.max(0, names.length - KEPT_FOLDERS)))
    rmSync(join(dirname(folder), name), { recursive: true, force: true })
}

/** The damaged folders, oldest first. */
function asides(folder: string): string[] {
  const prefix = `${basename(folder)}.damaged-`
  return readdirSync(dirname(folder))
    .filter((name) => name.startsWith(prefix))
    .sort()
}

/** Sorts as time does. The clock may be wrong: then so is the name, and nothing else. */
function stamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '').replace('.', '')
}
