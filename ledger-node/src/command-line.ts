import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { ProtocolError } from '@tristamp/protocol'
import { explain, hasErrno, LedgerError } from './error.ts'

/** Exit codes of every program of this package. */
export const DONE = 0
export const FAILED = 1
const USAGE = 2
const CONFIG = 3

/** Wrong flags or words on the command line. */
export class UsageError extends Error {}

/** Flags: one text, or as many as are given. */
export const text: { readonly type: 'string' } = { type: 'string' }
export const list: { readonly type: 'string'; readonly multiple: true } = { type: 'string', multiple: true }
export const flag: { readonly type: 'boolean' } = { type: 'boolean' }

export type Flags = { [name: string]: typeof text | typeof list | typeof flag }

/** @throws UsageError */
export function parse<F extends Flags>(
  args: string[],
  options: F,
  allowPositionals = false,
): ReturnType<typeof parseArgs<{ args: string[]; options: F; allowPositionals: boolean }>> {
  try {
    return parseArgs({ args: withDashes(args, options), options, allowPositionals })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/**
 * Values may begin with a dash: a temperature (`--min -18`), a key in base64url. What stands behind a flag that takes a value and is no
 * flag itself is its value; what looks like a key is a word.
 */
function withDashes(args: readonly string[], options: Flags): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const [before, words]: [string[], string[]] = [[], args.slice(end + 1)]
  for (let i = 0; i < end; i++) {
    const [arg, next] = [args[i]!, i + 1 < end ? args[i + 1] : undefined]
    const isFlag = (one: string): boolean => one.startsWith('--') && Object.hasOwn(options, one.slice(2).split('=')[0]!)
    if (isFlag(arg) && options[arg.slice(2)]?.type === 'string' && next?.startsWith('-') && !isFlag(next)) {
      before.push(`${arg}=${next}`)
      i++
    } else if (/^-[A-Za-z0-9_-]{42}$/.test(arg) && !isFlag(arg)) words.push(arg)
    else before.push(arg)
  }
  return words.length === 0 ? before : [...before, '--', ...words]
}

/** @throws UsageError */
export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`)
  return value
}

/** A file that is named on the command line. @throws UsageError when it cannot be read */
export async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    for (const errno of ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'])
      if (hasErrno(error, errno)) throw new UsageError(`${path} cannot be read (${errno})`)
    throw error
  }
}

/** What the system says of a file or folder that it could not give us: there is nothing to look for in a stack. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

/** Says what went wrong; answers the exit code. */
export function failed(error: unknown, program: string): number {
  if (error instanceof UsageError) {
    say(`${error.message}\nSee ${program} --help`)
    return USAGE
  }
  if (error instanceof LedgerError || error instanceof ProtocolError) {
    say(explain(error))
    return error.code.startsWith('CONFIG_') ? CONFIG : FAILED
  }
  if (isOfSystem(error)) {
    say(error.message)
    return FAILED
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return FAILED
}

/** Results go to standard output, everything said on the way to standard error. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
