import { archiveCommand } from './archive/command.ts'
import { auditCommand } from './audit/command.ts'
import { check } from './command/check.ts'
import { exportCommand } from './command/export.ts'
import { importParcels } from './command/import.ts'
import { prove } from './command/prove.ts'
import { proveFork } from './command/prove-fork.ts'
import { makeToken } from './command/token.ts'
import { trace } from './command/trace.ts'
import { witness, witnessKey } from './command/witness.ts'
import { DONE, failed, flag, list, parse, print, required, say, text, UsageError } from './command-line.ts'
import { readConfig } from './config.ts'
import { readEnvironment } from './config-overrides.ts'
import { runFollower } from './follow/run.ts'
import { found } from './found.ts'
import { approve } from './govern/approve-command.ts'
import { proposeHold, proposeLift, proposeRelease } from './govern/recall-command.ts'
import { show } from './govern/show-command.ts'
import { enrol, makeAdministratorKey, propose, restore, revoke, rotate, suspend } from './govern/sign-command.ts'
import { HELP } from './help.ts'
import { startLedger } from './index.ts'
import { labelsCommand } from './labels/command.ts'
import { hashOnNode } from './node-crypto.ts'
import { VERSION } from './version.ts'

/** Runs the program; answers its exit code. */
export async function main(argv: string[]): Promise<number> {
  const [command = '--help', ...rest] = argv
  hashOnNode()
  try {
    switch (command) {
      case '--help':
      case '-h':
      case 'help':
        print(HELP.trimEnd())
        return DONE
      case '--version':
        print(VERSION)
        return DONE
      case 'init':
        return await init(rest)
      case 'run':
        return await run(rest)
      case 'enrol':
        return await enrol(rest)
      case 'propose':
        return await propose(rest)
      case 'lift':
        return await proposeLift(rest)
      case 'hold':
        return await proposeHold(rest)
      case 'release':
        return await proposeRelease(rest)
      case 'approve':
        return await approve(rest)
      case 'show':
        return await show(rest)
      case 'revoke':
        return await revoke(rest)
      case 'suspend':
        return await suspend(rest)
      case 'restore':
        return await restore(rest)
      case 'rotate':
        return await rotate(rest)
      case 'make-key':
        return await makeAdministratorKey(rest)
      case 'archive':
        return await archiveCommand(rest)
      case 'audit':
      case 'verify':
        return await auditCommand(rest)
      case 'check':
        return await check(rest)
      case 'import':
        return await importParcels(rest)
      case 'prove':
        return await prove(rest)
      case 'trace':
        return await trace(rest)
      case 'export':
        return await exportCommand(rest)
      case 'prove-fork':
        return await proveFork(rest)
      case 'labels':
        return await labelsCommand(rest)
      case 'token':
        return await makeToken(rest)
      case 'witness-key':
        return await witnessKey(rest)
      case 'witness':
        return await witness(rest)
      default:
        throw new UsageError(`no such command: ${command}`)
    }
  } catch (error) {
    return failed(error, 'tristamp-ledger')
  }
}

async function init(args: string[]): Promise<number> {
  const { values } = parse(args, { data: text, origin: text, admin: list, threshold: text })
  const administrators = values.admin ?? ['admin']
  const threshold = values.threshold ?? '1'
  const bad = administrators.find((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name))
  if (bad !== undefined) throw new UsageError(`--admin ${bad}: expected letters, digits, - and _`)
  if (new Set(administrators).size !== administrators.length)
    throw new UsageError('--admin: two administrators have one name')
  if (!/^[1-9]\d?$/.test(threshold)) throw new UsageError(`--threshold ${threshold}: expected a number`)
  const data = required(values.data, 'data')
  const { vkey, ackKey, witnessKey } = await found({
    data,
    origin: required(values.origin, 'origin'),
    administrators,
    threshold: Number(threshold),
  })
  print(`log key ${vkey}\nack key ${ackKey}\nwitness key ${witnessKey}`)
  say(`founded ${values.origin} in ${data}; keep a copy of ${data}/keys in a safe place`)
  return DONE
}

async function run(args: string[]): Promise<number> {
  const flags = {
    data: text,
    host: text,
    port: text,
    'mqtt-host': text,
    'mqtt-port': text,
    'public-url': text,
    pages: text,
    config: text,
    'tls-cert': text,
    'tls-key': text,
    'insecure-plain': flag,
    witness: list,
    follow: text,
    name: text,
  } as const
  const { values } = parse(args, flags)
  const config = await readConfig(values.config, readEnvironment(process.env), {
    data: values.data,
    'http.host': values.host,
    'http.port': values.port,
    'http.publicUrl': values['public-url'],
    'http.pages': values.pages,
    'mqtt.host': values['mqtt-host'] ?? values.host,
    'mqtt.port': values['mqtt-port'],
    'http.tls.cert': values['tls-cert'],
    'http.tls.key': values['tls-key'],
    'mqtt.tls.cert': values['tls-cert'],
    'mqtt.tls.key': values['tls-key'],
    plain: values['insecure-plain'] === true ? 'true' : undefined,
    'witness.logs': values.witness,
    'follow.url': values.follow,
    'follow.name': values.name,
  })
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  const { follow } = config
  if (follow !== undefined) return await runFollower({ ...config, follow }, stopped)
  const node = await startLedger(config, undefined, { log: say })
  say(`${node.genesis.origin} in ${config.data}; pages at ${node.publicUrl}`)
  if (node.witness !== undefined) say(`witness key ${node.witness}`)
  print(`ready ${node.url} ${node.mqttUrl}`)
  say(`${await stopped}: stopping`)
  await node[Symbol.asyncDispose]()
  return DONE
}
