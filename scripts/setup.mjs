// Makes a fresh clone ready: dependencies, compiled programs, built pages. Node built-ins only, so it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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

/** The pages as they are built from these files: a build takes longer than all the rest, and is not done again for nothing. */
function sumOfPages() {
  const sum = createHash('sha256').update(lock).update(process.version)
  for (const folder of ['protocol/src', 'tsconfig', 'verifier-web']) {
    const names = readdirSync(path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .filter(
        (name) =>
          !/\/(?:node_modules|dist|\.[^/]*)\//.test(name.slice(path('').length)) && !/\.tsbuildinfo$/.test(name),
      )
    for (const name of names.sort()) sum.update(`${name}\n`).update(readFileSync(name))
  }
  return sum.digest('hex')
}

// Beside the pages: whoever builds them in another way takes it away.
const built = path('verifier-web/dist/.built-from')
const sum = sumOfPages()
if (!existsSync(built) || readFileSync(built, 'utf8') !== sum) {
  run(process.execPath, [path('node_modules/vite/bin/vite.js'), 'build', 'verifier-web', '--logLevel', 'warn'])
  writeFileSync(built, sum)
}
