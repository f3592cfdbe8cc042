import { createHash } from 'node:crypto'
import { useSha256 } from '@tristamp/protocol'
import { carry, isCarrying } from './carry.ts'
import { HELP, readArgs } from './command-line.ts'
import { type AgentConfig, loadConfig } from './config.ts'
import { asAgentError } from './error.ts'
import { initAgent } from './init.ts'
import { createLog, languageOf, problemText } from './log.ts'
import { prepareRotation } from './rotation.ts'
import { logOf, run } from './run.ts'
import { showStatus } from './show-status.ts'
import { VERSION } from './version.ts'

const EXIT = { ok: 0, failed: 1, usage: 2, config: 3 } as const

/** The command line. @returns the exit code */
export async function main(argv: string[]): Promise<number> {
  const language = languageOf(process.env)
  const log = createLog((line) => process.stderr.write(line), language)
  const usage = (why: string): number => {
    process.stderr.write(`${why}\n\n${HELP}`)
    return EXIT.usage
  }
  if (argv[0] === 'model') {
    // The libraries that make models are for this command alone.
    useSha256((data) => new Uint8Array(createHash('sha256').update(data).digest()))
    const { modelMain } = await import('./model/command.ts')
    return modelMain(argv.slice(1), language)
  }
  const args = readArgs(argv)
  if (typeof args === 'string') return usage(args)
  if (args.help || args.version) {
    process.stdout.write(args.help ? HELP : `${VERSION}\n`)
    return EXIT.ok
  }
  const { command, file, json, plain, qr, scan } = args
  if (command === 'pin') {
    const { readPinHash } = await import('./page/pin-command.ts')
    const hash = await readPinHash(process.stdin)
    if (hash === undefined) return usage('a PIN has 6 to 12 digits')
    process.stdout.write(`${hash}\n`)
    return EXIT.ok
  }
  if (
    command !== 'init' &&
    command !== 'run' &&
    command !== 'status' &&
    command !== 'cards' &&
    command !== 'rotate' &&
    command !== 'doctor' &&
    !isCarrying(command)
  )
    return usage(`unknown command: ${command}`)
  if (file === undefined) return usage('--config is missing')
  // The protocol's own hash is the reference; node's is the same function, ten times as fast.
  useSha256((data) => new Uint8Array(createHash('sha256').update(data).digest()))
  try {
    if (command === 'doctor') {
      const { doctor } = await import('./doctor/doctor.ts')
      const write = (text: string): void => void process.stdout.write(text)
      const ask = (text: string): void => void process.stderr.write(text)
      const well = await doctor({ file, env: process.env, json, scan, language, write, ask })
      return well ? EXIT.ok : EXIT.failed
    }
    const load = (): AgentConfig => {
      const config = loadConfig(file, process.env)
      return plain ? { ...config, uplink: { ...config.uplink, plain } } : config
    }
    const config = load()
    if (command === 'cards') {
      // Drawing symbols is for this command alone; the running gateway does not carry it.
      const { cardSheet } = await import('./cards/sheet.ts')
      process.stdout.write(cardSheet(config, language))
      return EXIT.ok
    }
    if (isCarrying(command)) {
      log.info(await carry(command, config, args))
      return EXIT.ok
    }
    if (command === 'rotate') {
      const { request, requestFile } = await prepareRotation(config)
      log.info(
        `the next key is made; have ${requestFile} signed (tristamp-ledger propose --file); the gateway goes over by itself`,
      )
      process.stdout.write(`${JSON.stringify(request, null, 2)}\n`)
      return EXIT.ok
    }
    if (command === 'status') return showStatus(config, json, language) ? EXIT.ok : EXIT.failed
    if (command === 'run') {
      await run(config, load, await logOf(config.log, language))
      return EXIT.ok
    }
    const { request, requestFile, made } = await initAgent(config)
    log.info(
      made
        ? `key made; have ${requestFile} enrolled by an administrator of the ledger`
        : `the key of before is kept; the request is ${requestFile}`,
    )
    process.stdout.write(`${JSON.stringify(request, null, 2)}\n`)
    const { showRequest } = await import('./request-code.ts')
    await showRequest(request, qr, (text) => process.stderr.write(text))
    return EXIT.ok
  } catch (thrown) {
    const error = asAgentError(thrown)
    process.stderr.write(`${problemText(error.code, error.fields, language)}\n`)
    return error.code.startsWith('CONFIG_') ? EXIT.config : EXIT.failed
  }
}
