import { hasErrno } from './error.ts'

/** What is asked of a file or folder; undefined where there is none. Every other failure is passed on. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
