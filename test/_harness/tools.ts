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
 * Builds the auditor on golang.org/x/mod in `folder` and answers its path; undefined, with a word why, where it cannot be had. Its source
 * is not part of the project: TRISTAMP_TOOLS names the folder that holds it, by default `shared/tools` beside the checkout.
 */
export function buildAuditor(folder: string): string | undefined {
  const source = join(process.env['TRISTAMP_TOOLS'] ?? root('../shared/tools'), 'xmod-audit')
  if (!existsSync(source)) return missing(`no ${source} (set TRISTAMP_TOOLS)`)
  if (!works('go', 'version')) return missing('no Go (apt-get install golang-go)')
  cpSync(source, folder, { recursive: true })
  const environment = { ...process.env, GO111MODULE: 'off', GOPATH: DEBIAN_GO_PATH, GOFLAGS: '' }
  const build = spawnSync('go', ['build', '-o', 'xmod-audit', 'main.go'], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  })
  if (build.status !== 0) return missing(`apt-get install golang-golang-x-mod-dev: ${build.stderr.split('\n')[0]}`)
  return join(folder, 'xmod-audit')
}

function missing(why: string): undefined {
  console.warn(`the audit by golang.org/x/mod is skipped: ${why}`)
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
