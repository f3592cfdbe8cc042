import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTracking } from '../../edge-agent/src/clock-chrony.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { works } from '../_harness/tools.ts'
import { until } from '../_harness/until.ts'

// What the gateway reads of chrony, from chrony itself: three daemons that leave this machine's clock alone (-x).

const here = works('chronyd', '--version') && process.getuid?.() === 0
if (!here) console.log('SKIPPED: chrony.test.ts needs chronyd (apt-get install chrony) and root')

describe.skipIf(!here)('chrony', () => {
  const folder = temporaryFolder()
  const daemons: ChildProcess[] = []
  const socket = (name: string): string => join(folder.path, 'run', `${name}.sock`)
  const tracking = (name: string): string => {
    try {
      return execFileSync('chronyc', ['-h', socket(name), '-c', '-n', 'tracking'], { encoding: 'utf8' })
    } catch {
      return ''
    }
  }

  function daemon(name: string, ...lines: string[]): void {
    const file = join(folder.path, `${name}.conf`)
    const own = [
      'cmdport 0',
      `bindcmdaddress ${socket(name)}`,
      `pidfile ${join(folder.path, 'run', name)}`,
      'user root',
    ]
    writeFileSync(file, [...lines, ...own, ''].join('\n'))
    daemons.push(spawn('chronyd', ['-x', '-d', '-f', file], { stdio: 'ignore' }))
  }

  beforeAll(async () => {
    mkdirSync(join(folder.path, 'run'))
    chmodSync(join(folder.path, 'run'), 0o750)
    const port = await freePort()
    daemon('local', 'local stratum 8', 'allow 127.0.0.1', `port ${port}`)
    daemon('set', `server 127.0.0.1 port ${port} iburst minpoll -4 maxpoll -4 minsamples 1`, 'port 0')
    daemon('alone', `server 127.0.0.1 port ${await freePort()} iburst`, 'port 0')
    for (const name of ['local', 'set', 'alone']) await until(`${name} answers`, () => tracking(name) !== '')
  }, 120_000)

  afterAll(() => {
    for (const process of daemons) process.kill('SIGKILL')
    folder[Symbol.dispose]()
  })

  it('that was never synchronised says so, and counts as nothing', () => {
    expect(tracking('alone')).toContain('Not synchronised')
    expect(parseTracking(tracking('alone'))).toBeUndefined()
  })

  it('that gives out its own clock counts as nothing', () => {
    expect(tracking('local')).toContain('Normal')
    expect(parseTracking(tracking('local'))).toBeUndefined()
  })

  it('that is synchronised has a bound', { timeout: 120_000 }, async () => {
    await until('it is synchronised', () => parseTracking(tracking('set')) !== undefined, 60_000)
    const { errorMs, slewMs } = parseTracking(tracking('set'))!
    // The same clock on both sides of a socket.
    expect(errorMs).toBeGreaterThanOrEqual(1)
    expect(errorMs).toBeLessThan(1000)
    expect(slewMs).toBeLessThanOrEqual(errorMs)
  })
})
