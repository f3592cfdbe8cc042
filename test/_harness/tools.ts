import { spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.ts'

/** Where Debian's package golang-golang-x-mod-dev puts the Go project's own log and note packages. */
const DEBIAN_GO_PATH = '/usr/share/gocode'

/** Whether a command ends well. */
export function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/**
 * Builds a program on golang.org/x/mod in `folder`, made for it, and answers its path; undefined, with a word why, where it cannot be had. Its
 * source is not part of the project: TRISTAMP_TOOLS names the folder that holds it, by default `shared/tools` beside the checkout.
 * With Debian's packages, else with the Go module, from the cache or from wherever Go gets its modules here.
 */
export function buildTool(name: string, folder: string): string | undefined {
  const source = join(process.env['TRISTAMP_TOOLS'] ?? root('../shared/tools'), name)
  if (!existsSync(source)) return missing(name, `no ${source} (set TRISTAMP_TOOLS)`)
  if (!works('go', 'version')) return missing(name, 'no Go (apt-get install golang-go)')
  cpSync(source, folder, { recursive: true })
  const attempts = [{ GO111MODULE: 'off', GOPATH: DEBIAN_GO_PATH, GOFLAGS: '' }, { GOFLAGS: '-mod=mod' }]
  let why = ''
  for (const settings of attempts) {
    const env = { ...process.env, ...settings }
    const build = spawnSync('go', ['build', '-o', name, 'main.go'], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (build.status === 0) return join(folder, name)
    why ||= build.stderr.split('\n')[0] ?? ''
  }
  return missing(name, `apt-get install golang-golang-x-mod-dev: ${why}`)
}

/** The auditor on golang.org/x/mod. */
export function buildAuditor(folder: string): string | undefined {
  return buildTool('xmod-audit', folder)
}

function missing(name: string, why: string): undefined {
  console.warn(`${name} on golang.org/x/mod is skipped: ${why}`)
  return undefined
}

/** A Python that has a CBOR reader and an Ed25519 of its own; undefined, with a word, where there is none. */
export function foreignPython(): string | undefined {
  const candidates = [process.env['TRISTAMP_PYTHON'], 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  )
  const found = candidates.find((name) =>
    works(name, '-c', 'import cbor2, cryptography.hazmat.primitives.asymmetric.ed25519'),
  )
  if (found === undefined)
    console.warn(
      'reading statements with Python is skipped: apt-get install python3-cbor2 python3-cryptography (or set TRISTAMP_PYTHON)',
    )
  return found
}
