import * as crypto from 'node:crypto'
import { parsePolicy, type Verdict, verify, verifyOnNode } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { Child } from '../_harness/child.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { freePort } from '../_harness/free-port.ts'
import { until } from '../_harness/until.ts'

// Other lives than the pork's, and dishonest ones, as a user plays them: what a reader is told of them.

const PLAY_MS = 300_000
/** Faster than people watch it. */
const PACE = '2'

const severityOf = ({ findings }: Verdict, code: string): string | undefined =>
  findings.find((one) => one.code === code)?.severity

describe('npm start plays', () => {
  it(
    'a vaccine whose truck broke down: the records agree, say that it was warm, and the ledger holds the lot',
    async () => {
      // It notices behind the intake.
      const verdict = await played(['--scenario', 'vaccine'], ({ state }) => state === 'held')
      expect(verdict.checks.filter(({ status }) => status === 'failed')).toEqual([])
      expect(verdict.holds).toMatchObject([{ byLedger: true, ground: 'shown' }])
      expect(severityOf(verdict, 'TEMPERATURE_LIMITS')).toBe('warning')
      const { detail } = verdict.findings.find(({ code }) => code === 'TEMPERATURE_LIMITS')!
      expect(detail['highestMilliC']).toBeGreaterThan(10_000)
    },
    2 * PLAY_MS,
  )

  it(
    'more rice sold than was milled: it does not check out',
    async () => {
      const verdict = await played(['--attack', 'oversold'])
      expect(verdict.state).toBe('mismatch')
      expect(severityOf(verdict, 'MASS_BALANCE')).toBe('contradiction')
      const { detail } = verdict.findings.find(({ code }) => code === 'MASS_BALANCE')!
      expect(detail).toEqual({ made: 3_300_000, used: 4_950_000, uom: 'KGM' })
    },
    2 * PLAY_MS,
  )
})

describe('npm start plays a hand-over', () => {
  it(
    'of which the two sides tell different quantities',
    async () => {
      const { state, findings } = await played(['--attack', 'short-load'])
      expect(state).toBe('consistent')
      const found = findings.find(({ code }) => code === 'HANDOVER_QUANTITY')
      expect(found).toMatchObject({
        severity: 'warning',
        detail: { shipped: 2_500_000, received: 2_100_000, uom: 'KGM' },
      })
    },
    2 * PLAY_MS,
  )
})

describe('npm start -- --help', () => {
  it('names every scenario and every attack', async () => {
    const { out, exit } = await Child.run('start', ['--help'])
    expect(exit).toBe(0)
    for (const name of [
      'pork',
      'rice',
      'greens',
      'vaccine',
      'milk',
      'copied-code',
      'oversold',
      'outside-region',
      'short-load',
    ])
      expect(out).toMatch(new RegExp(`^ {4}${name} `, 'm'))
  })

  it('reads a chilled pack in the cold, or a hold of the ledger would stand where the attack is to be seen', async () => {
    type Step = { say?: object; scan?: { codes: string[] }; temperature?: { to: number } }
    type Attack = { story: string; finds: string[]; alter: (scenario: { steps: Step[]; vars: object }) => void }
    const module = (await import(new URL('../../scripts/demo/attacks.mjs', import.meta.url).href)) as object
    const { ATTACKS } = module as { ATTACKS: { [name: string]: Attack } }
    for (const name of ['copied-code', 'born-twice', 'used-after-sale']) {
      const scenario = { steps: [] as Step[], vars: {} }
      ATTACKS[name]!.alter(scenario)
      const [step] = scenario.steps
      expect(step?.scan?.codes, name).toContain(`$\{label1}`)
      expect(step?.temperature?.to, name).toBeLessThan(4)
    }
  })

  it.each([
    [['--attack', 'nothing'], /There is no attack nothing; there are copied-code, /],
    [['--scenario', 'toString'], /There is no scenario toString; there are pork, /],
    [['--scenario', 'rice', '--attack', 'copied-code'], /one on the scenario pork/],
  ])('refuses %j', async (args, said) => {
    const { err, exit } = await Child.run('start', args)
    expect(exit).toBe(1)
    expect(err).toMatch(said)
  })
})

/** Plays it to the end, and reads what is to be scanned as a reader does, until it is as awaited. */
async function played(args: string[], awaited: (verdict: Verdict) => boolean = () => true): Promise<Verdict> {
  using folder = temporaryFolder()
  const port = await freePort()
  await using start = Child.start('start', [...args, '--pace', PACE, '--port', String(port), '--data', folder.path])
  const [, scan] = await start.says(/^Scan: (http:\S+)$/m, PLAY_MS)
  await start.says(/^Serving until Ctrl-C/m)
  const { origin, pathname } = new URL(scan!)
  const subject = `https://id.gs1.org${pathname}`
  const policy = parsePolicy(await (await fetch(`${origin}/v1/policy`)).text())
  const read = async (): Promise<Verdict> => {
    const bundle = await (await fetch(`${origin}/v1/history?subject=${encodeURIComponent(subject)}`)).arrayBuffer()
    return verify(new Uint8Array(bundle), subject, { policy }, async (...args) => verifyOnNode(crypto)(...args))
  }
  let verdict = await read()
  const isSo = async (): Promise<boolean> => {
    verdict = await read()
    return awaited(verdict)
  }
  await until('it is as awaited', isSo, 60_000)
  await start.stop()
  return verdict
}
