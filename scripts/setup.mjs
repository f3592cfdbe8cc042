// Makes a fresh clone ready: dependencies, compiled programs, built pages. Node built-ins only, so it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Tristamp needs Node 20.19 or newer; this is ${process.version}.`)
  process.exit(1)
}

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url))
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, { cwd: path(''), stdio: 'inherit' })
  if (error) console.error(error.message)
  if (status !== 0) process.exit(status ?? 1)
}
// The npm that called us, where there is one: a machine may have several.
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']

const lock = createHash('sha256')
  .update(readFileSync(path('package-lock.json')))
  .digest('hex')
const stamp = path('node_modules/.setup-stamp')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Setting up: installing dependencies …')
  run(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, lock)
}
run(process.execPath, [
  path('node_modules/typescript/bin/tsc'),
  '-b',
  'protocol',
  'edge-agent',
  'ledger-node',
  'firmware-sim',
])
run(process.execPath, [path('node_modules/vite/bin/vite.js'), 'build', 'verifier-web', '--logLevel', 'warn'])
