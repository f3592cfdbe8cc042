import { type ChildProcess, spawn } from 'node:child_process'

/** The far end of a serial line: what an instrument would hold. */
export interface Pty {
  /** The path that the gateway opens. */
  path: string
  send(bytes: Uint8Array | string): void
  onData(listener: (chunk: Buffer) => void): void
  /** Pulls the plug. */
  unplug(): Promise<void>
}

/**
 * A real pseudo-terminal, made by util-linux `script`: after its first lines it hands bytes through unchanged, from its stdin to the
 * gateway and from the gateway to its stdout. Undefined where there is no such program.
 */
export async function openPty(): Promise<Pty | undefined> {
  const shell = 'tty; stty raw -echo; echo ready; exec sleep 1000000'
  const child = spawn('script', ['-qfc', shell, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const path = await pathOf(child)
  if (path === undefined) return undefined
  return {
    path,
    send: (bytes) => void child.stdin!.write(bytes),
    onData: (listener) => void child.stdout!.on('data', listener),
    unplug() {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      return gone
    },
  }
}

function pathOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const hear = (chunk: Buffer): void => {
      text += chunk.toString()
      const match = /(\/dev\/\S+)\s[\s\S]*ready\s/.exec(text)
      if (!match) return
      child.stdout!.off('data', hear)
      resolve(match[1])
    }
    child.once('error', () => resolve(undefined))
    child.once('close', () => resolve(undefined))
    child.stdout!.on('data', hear)
  })
}
