/**
 * Processor time that this process has taken so far, ms, of all its threads. A limit on work is a limit on this: what other programs do on the machine
 * meanwhile lengthens every span of a clock on the wall.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
