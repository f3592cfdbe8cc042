// What the desk asks its ledger, under the token. Answers are bounded before they are read, and parsed by whoever asked.
import { FetchError, read } from '../fetch-history.ts'
import { problemIn } from '../own/problem.ts'
import { within } from '../within.ts'

/** Asks the ledger; the token is added. Both reject with DeskError. */
export interface DeskClient {
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
}

/** OFFLINE no answer at all, TIMEOUT too slow, SERVER an answer that is none, SIZE more than is read; else the ledger's own code. */
export class DeskError extends Error {
  override name = 'DeskError'
  readonly code: string
  readonly status: number | undefined
  constructor(code: string, options: ErrorOptions & { status?: number; detail?: string } = {}) {
    super(options.detail ?? code, options)
    this.code = code
    this.status = options.status
  }
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 16 << 20

/** A client under a token. @param refused told of each answer that says the token is not good for the desk */
export function deskClient(token: string, refused: (error: DeskError) => void): DeskClient {
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const signal = within(TIMEOUT_MS)
    const headers = { ...init.headers, Accept: 'application/json', Authorization: `Bearer ${token}` }
    try {
      const response = await fetch(path, { ...init, headers, signal, redirect: 'error' })
      const text = new TextDecoder().decode(await read(response, MAX_BYTES))
      if (!response.ok) throw problemOf(response.status, text)
      return text === '' ? undefined : JSON.parse(text)
    } catch (error) {
      const told = asDeskError(error, signal.aborted)
      if (told.code.startsWith('TOKEN_')) refused(told)
      throw told
    }
  }
  return {
    get: (path) => ask(path, {}),
    post: (path, body) =>
      ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  }
}

function problemOf(status: number, text: string): DeskError {
  const { code = 'SERVER', detail } = problemIn(text) ?? {}
  return new DeskError(code, { status, ...(detail !== undefined && { detail }) })
}

function asDeskError(error: unknown, late: boolean): DeskError {
  if (error instanceof DeskError) return error
  if (error instanceof FetchError) return new DeskError(error.code, { cause: error })
  if (error instanceof SyntaxError) return new DeskError('SERVER', { cause: error })
  return new DeskError(late ? 'TIMEOUT' : 'OFFLINE', { cause: error })
}
