import { join } from 'node:path'
import { LedgerError } from './error.ts'
import { holdFolder } from './store.ts'

/**
 * Takes a ledger's data folder for this process: two nodes on one folder would write two truths into the same files.
 * The operating system gives the lock back when the process ends, also when it is killed.
 * @returns what gives it back earlier. @throws LedgerError DATA_LOCKED
 */
export async function lockData(folder: string): Promise<() => Promise<void>> {
  try {
    return await holdFolder(join(folder, 'lock'))
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'DATA_LOCKED') {
      throw new LedgerError('DATA_LOCKED', `${folder} is in use`, { cause: error })
    }
    if (error instanceof LedgerError && error.code === 'STORE_CORRUPT') {
      const message = `${join(folder, 'lock')} is damaged: it holds nothing but the lock, remove it (${error.message})`
      throw new LedgerError('STORE_CORRUPT', message, { cause: error })
    }
    throw error
  }
}
