import { execFile } from 'node:child_process'

/** What systemd is told, and how: Node has no datagram sockets of AF_UNIX, so its own program says it. */
export type Notify = (message: string) => void

const NOTIFY_MS = 5000

const systemdNotify: Notify = (message) => {
  execFile('systemd-notify', [message], { timeout: NOTIFY_MS }, () => undefined)
}

/**
 * Tells systemd at half of its interval that the gateway lives, as long as `alive` says so: a program whose event loop hangs says nothing, one
 * whose outbox hangs is made to say nothing. Without WATCHDOG_USEC (sd_watchdog_enabled(3)) it does nothing.
 */
export function watchdog(
  env: Readonly<Record<string, string | undefined>>,
  alive: () => boolean,
  notify: Notify = systemdNotify,
): Disposable {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid } = env
  const everyMs = Number(usec) / 2000
  const isForUs = pid === undefined || Number(pid) === process.pid
  if (!socket || !isForUs || !Number.isFinite(everyMs) || everyMs < 10) return { [Symbol.dispose]: () => undefined }
  const timer = setInterval(() => {
    if (alive()) notify('WATCHDOG=1')
  }, everyMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
