import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { TestAgent } from '../_harness/agent.ts'
import { Child } from '../_harness/child.ts'
import { type Folder, smallDisk, temporaryFolder } from '../_harness/folder.ts'
import { ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSimulator } from '../_harness/simulator.ts'
import { until } from '../_harness/until.ts'

// Whoever is on duty is told by the node itself: of a gateway that goes away, and of a disk that fills up.

const LONG_MS = 60_000

interface Board {
  role: string
  concerns: { code: string; tone: string; count?: number; cause?: string }[]
  disk: { freeBytes: number; totalBytes: number; state: string } | null
  gateways: {
    total: number
    online: number
    listed: { name: string; state: string; outbox: number | null; clock: { source: string } | null }[]
  }
}

/** Makes a token as an operator does, and writes the lines that it prints into a configuration. */
async function operatorIn(folder: Folder): Promise<{ token: string; flags: string[] }> {
  const { exit, out, err } = await Child.run('ledger', ['token', '--role', 'operator', '--name', 'duty'])
  if (exit !== 0) throw new Error(err)
  const file = join(folder.path, 'access.yaml')
  writeFileSync(file, err.slice(err.indexOf('access:')))
  return { token: out.trim(), flags: ['--config', file] }
}

async function boardOf(ledger: TestLedger, token: string): Promise<Board> {
  const answer = await fetch(`${ledger.url}/v1/board`, { headers: { Authorization: `Bearer ${token}` } })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Board
}

const codesOf = ({ concerns }: Board): string[] => concerns.map(({ code }) => code)

it('the board says that a gateway goes away, and that it is back', async () => {
  using folder = temporaryFolder()
  const { token, flags } = await operatorIn(folder)
  await using ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start(...flags)
  await using sim = await TestSimulator.start(join(folder.path, 'ports'))
  const { mqttUrl, ackKey } = ledger
  await using agent = await TestAgent.init(join(folder.path, 'gateway'), { ports: sim.ports, mqttUrl, ackKey })
  await ledger.enrol(ORGANISATION, agent.request)
  const rowOf = async (): Promise<Board['gateways']['listed'][number]> =>
    (await boardOf(ledger, token)).gateways.listed.find(({ name }) => name === 'test/gw1')!
  expect(await rowOf()).toMatchObject({ state: 'unheard', outbox: null })
  agent.start()
  await agent.ready()
  await sim.commission('(01)09506000134352(21)B1')
  const online = await until(
    'it is online, with nothing left to send',
    async () => {
      const row = await rowOf()
      return row.state === 'online' && row.outbox === 0 && row
    },
    LONG_MS,
  )
  expect(online.clock!.source).toBe('gnss')
  await agent.process.kill('SIGKILL')
  await until('it is silent', async () => (await rowOf()).state === 'silent', LONG_MS)
  expect((await boardOf(ledger, token)).concerns).toContainEqual({ code: 'GATEWAYS_SILENT', tone: 'stop', count: 1 })
  agent.start()
  await until('it is back', async () => (await rowOf()).state === 'online', LONG_MS)
  // The machine that runs the tests may have a small disk of its own.
  const gone = async (): Promise<boolean> =>
    !codesOf(await boardOf(ledger, token)).some((code) => /^GATEWAYS/.test(code))
  await until('no gateway needs anybody', gone, LONG_MS)
})

const probe = smallDisk(1)
const canMount = probe !== undefined
probe?.[Symbol.dispose]()
if (!canMount) console.warn('no disk can be mounted here (it takes root on Linux): the board’s full disk is skipped')

it.skipIf(!canMount)(
  'the board says that the disk is nearly full before it is, and that it is not any more',
  async () => {
    using folder = temporaryFolder()
    using disk = smallDisk(64)!
    const { token, flags } = await operatorIn(folder)
    await using ledger = await (await TestLedger.found(join(disk.path, 'ledger'))).start(...flags)
    expect((await boardOf(ledger, token)).disk).toMatchObject({ totalBytes: 64 * 1024 * 1024, state: 'ok' })
    const filler = join(disk.path, 'filler')
    writeFileSync(filler, Buffer.alloc(44 * 1024 * 1024))
    const full = async (): Promise<boolean> => codesOf(await boardOf(ledger, token)).includes('DISK_NEARLY_FULL')
    await until('the board says that the disk is nearly full', full, LONG_MS)
    // It still takes what comes.
    expect((await ledger.get('/healthz')).status).toBe(200)
    rmSync(filler)
    await until('the board says that there is room again', async () => !(await full()), LONG_MS)
  },
)
