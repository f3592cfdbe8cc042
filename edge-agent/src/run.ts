import type { AgentConfig } from './config.ts'
import type { Language } from './error.ts'
import { Host } from './host.ts'
import { createLog, type Log } from './log.ts'
import { VERSION } from './version.ts'
import { watchdog } from './watchdog.ts'

/** A start that repairs a large outbox takes longer than the watchdog's interval. */
const START_MS = 600_000

/** For people on a terminal, for programs elsewhere; unless the configuration says. */
export async function logOf(kind: AgentConfig['log'], language: Language): Promise<Log> {
  const write = (line: string): void => void process.stderr.write(line)
  if (kind === 'text' || (kind === 'auto' && process.stderr.isTTY)) return createLog(write, language)
  const { jsonOutput } = await import('./log-json.ts')
  return createLog(jsonOutput(write), language)
}

/** Runs the gateway until SIGINT or SIGTERM; SIGHUP reads the configuration again. @throws AgentError as a start does */
export async function run(config: AgentConfig, load: () => AgentConfig, log: Log): Promise<void> {
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  const beganMs = performance.now()
  let running: Host | undefined
  // From the beginning: without a listener a reload would end the program.
  const onReload = (): void => void running?.reload()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    using _watched = watchdog(process.env, () => running?.alive ?? performance.now() - beganMs < START_MS)
    process.on('SIGHUP', onReload)
    const host = await Host.start(config, { load, log })
    running = host
    const { org, id } = config.gateway
    log.info(`tristamp-agent ${VERSION} runs as ${org}/${id}`)
    const asked = new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
    if (!stop.signal.aborted) await Promise.race([asked, host.failed])
    log.info('stopping')
    await host[Symbol.asyncDispose]()
  } finally {
    process.off('SIGHUP', onReload)
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
