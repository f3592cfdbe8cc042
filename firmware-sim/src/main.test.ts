import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from './main.ts'
import { readCommandLine, UsageError } from './options.ts'

const dir = mkdtempSync(join(tmpdir(), 'tristamp-main-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const said = { out: '', err: '' }
beforeEach(() => {
  said.out = ''
  said.err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

it('helps, and tells its version', async () => {
  expect(await main(['--help'])).toBe(0)
  expect(said.out).toContain('--scenario FILE')
  expect(said.out).toMatch(/^ +greens, lab, .*vaccine$/m)
  expect(await main(['--version'])).toBe(0)
  expect(said.out).toMatch(/\d+\.\d+\.\d+\n$/)
})

it('answers wrong usage with 2', async () => {
  expect(await main([])).toBe(2)
  expect(await main(['--scenario', 'short', '--dir', dir, '--transport', 'usb'])).toBe(2)
  expect(await main(['--nonsense'])).toBe(2)
  expect(said.err.trim().split('\n')).toHaveLength(3)
})

it('answers a scenario that cannot be played with 3 and all its problems', async () => {
  const file = join(dir, 'bad.yaml')
  writeFileSync(file, 'scenario: bad\nstart: never\nzone: here\nplaces: {}\ninstruments: {}\nsteps: []\n')
  expect(await main(['--scenario', file, '--dir', dir])).toBe(3)
  expect(said.err).toContain('start: ')
  expect(said.err).toContain('zone: ')
  expect(await main(['--scenario', join(dir, 'missing.yaml'), '--dir', dir])).toBe(3)
  expect(await main(['--scenario', 'prok', '--dir', dir])).toBe(3)
  expect(said.err).toContain('there is no scenario prok; those that come with the simulator are greens, ')
})

it('reads variables and numbers', () => {
  const argv = [
    '--scenario',
    'short',
    '--dir',
    dir,
    '--var',
    'run=a=b',
    '--var',
    'count=2',
    '--pace',
    '4',
    '--seed',
    '9',
  ]
  expect(readCommandLine(argv)).toMatchObject({
    simulator: { vars: { run: 'a=b', count: '2' }, pace: 4, seed: 9, transport: 'auto' },
    playAtOnce: false,
  })
  for (const bad of [
    ['--var', 'x'],
    ['--pace', '0'],
    ['--pace', 'fast'],
    ['--seed', '1.5'],
  ]) {
    expect(() => readCommandLine([...argv, ...bad])).toThrow(UsageError)
  }
})
