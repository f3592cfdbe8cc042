import { type ChildProcess, spawn } from 'node:child_process'
import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { resolve as resolvePath } from 'node:path'
import { canTell, Listeners } from './listeners.ts'
import type { OnBytes, Transport } from './transport.ts'

/**
 * What runs inside the terminal: it names its path, makes it transparent and then waits for the end of descriptor 3, whose other end the
 * simulator alone holds; so nothing is left behind however the simulator ends.
 */
const INSIDE = 'tty && stty raw -echo && echo ready && exec cat <&3 >/dev/null 2>&1'
const START_MS = 10_000

interface Terminal {
  child: ChildProcess
  path: string
  listeners: Listeners | undefined
}

/**
 * A line as a pseudo-terminal, made without native code by `script` of util-linux, which relays bytes between its standard streams and the
 * terminal. The agent opens the symbolic link `dir/id`; after a replug the link may stand for another terminal, as with USB adapters.
 * Rejects where there is no such `script`.
 */
export async function openPty(dir: string, id: string, onBytes: OnBytes): Promise<Transport> {
  const address = resolvePath(dir, id)
  let terminal: Terminal | undefined
  const plug = async (): Promise<void> => {
    const opened = await openTerminal(onBytes)
    opened.child.once('exit', () => {
      if (terminal === opened) terminal = undefined
      unlink(address, opened.path)
    })
    link(opened.path, address)
    terminal = opened
  }
  const unplug = async (): Promise<void> => {
    const closing = terminal
    terminal = undefined
    if (!closing) return
    unlink(address, closing.path)
    await end(closing.child)
  }
  await plug()
  return {
    address,
    write(bytes) {
      if (!terminal?.child.stdin?.writable) return
      if (terminal.listeners && !terminal.listeners.present()) return
      terminal.child.stdin.write(bytes)
    },
    unplug,
    async replug() {
      if (!terminal) await plug()
    },
    [Symbol.asyncDispose]: unplug,
  }
}

function openTerminal(onBytes: OnBytes): Promise<Terminal> {
  const child = spawn('script', ['-qfc', INSIDE, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], SHELL: '/bin/sh', LC_ALL: 'C' },
    // An interrupt from the keyboard goes to the simulator, which decides; not to its cables.
    detached: true,
  })
  return new Promise((resolve, reject) => {
    const { stdout } = child
    let heard = ''
    const fail = (why: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`no pseudo-terminal by script(1): ${why}`))
    }
    const timer = setTimeout(() => fail(`not ready after ${START_MS} ms`), START_MS)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(`it ended with ${code}: ${heard.trim()}`))
    // A write or read that meets the end of the process is the end of the line, which `exit` tells.
    for (const stream of child.stdio) stream?.on('error', () => {})
    stdout?.on('data', function starting(chunk: Buffer) {
      heard += chunk.toString('latin1')
      const path = /(\/dev\/\S+)\s+ready\r?\n/.exec(heard)?.[1]
      if (!path) return
      clearTimeout(timer)
      stdout.off('data', starting)
      child.removeAllListeners('exit')
      const listeners = canTell() ? new Listeners(path) : undefined
      stdout.on('data', (bytes: Buffer) => {
        listeners?.heard()
        onBytes(bytes)
      })
      resolve({ child, path, listeners })
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  for (const stream of child.stdio) stream?.destroy()
  await gone
}

/** Lets `address` stand for `path` in one step, whatever stood there. */
function link(path: string, address: string): void {
  const fresh = `${address}.new`
  rmSync(fresh, { force: true })
  symlinkSync(path, fresh)
  renameSync(fresh, address)
}

/** Takes the link away, unless it stands for another terminal by now. */
function unlink(address: string, path: string): void {
  try {
    if (readlinkSync(address) === path) rmSync(address, { force: true })
  } catch {
    // It was not there: the state that is wanted.
  }
}
