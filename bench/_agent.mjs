// The edge agent as its systemd unit starts it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
export const AGENT = path('edge-agent/bin/tristamp-agent.mjs')
const UNIT = path('deploy/systemd/tristamp-agent.service')

/** Starts `tristamp-agent run`. `BENCH_AGENT_FLAGS` goes to its Node. */
export function spawnAgent(configFile, stdio = 'ignore') {
  const flags = (process.env.BENCH_AGENT_FLAGS ?? '').split(' ').filter(Boolean)
  const options = { stdio, env: { ...process.env, ...unitEnvironment() } }
  return spawn(process.execPath, [...flags, AGENT, 'run', '--config', configFile], options)
}

/** What the unit says of memory; the rest of the environment is the machine's. */
function unitEnvironment() {
  const line = /^Environment=(MALLOC_.*)$/m.exec(readFileSync(UNIT, 'utf8'))[1]
  return Object.fromEntries(line.split(' ').map((pair) => pair.split('=')))
}
