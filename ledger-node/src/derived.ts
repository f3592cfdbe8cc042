import { rm } from 'node:fs/promises'
import { describeFlaw, Flawed } from './audit/flaw.ts'
import { checkTables } from './audit/level-table.ts'
import { LedgerError } from './error.ts'
import { Store } from './store.ts'

/**
 * Opens the derived data for building upon them. A damaged table is found before LevelDB reads it, which would end the process or
 * give other rows; what is damaged, or cannot be opened at all, is removed: it is derived again from the segment files.
 * @throws LedgerError DATA_LOCKED, DISK_FULL, DISK_ERROR
 */
export async function openDerived(folder: string, note: (text: string) => void): Promise<Store> {
  try {
    return await openChecked(folder)
  } catch (error) {
    const damage = damageIn(error)
    if (damage === undefined) throw error
    note(`derived data are rebuilt from the segment files: ${damage}`)
    await rm(folder, { recursive: true })
    return await Store.open(folder)
  }
}

async function openChecked(folder: string): Promise<Store> {
  const checkUnfinished = await checkTables(folder)
  const store = await Store.open(folder)
  try {
    await checkUnfinished()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function damageIn(error: unknown): string | undefined {
  if (error instanceof Flawed) return describeFlaw(error.flaw)
  return error instanceof LedgerError && error.code === 'STORE_CORRUPT' ? error.message : undefined
}
