import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { useSha256 } from '@tristamp/protocol'
import { type AgentConfig, loadConfig } from './config.ts'
import { asAgentError, type Language, printable } from './error.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { Host } from './host.ts'
import { initAgent } from './init.ts'
import { createLog, type Log, languageOf, problemText } from './log.ts'
import { openSigner } from './open-signer.ts'
import { paths } from './paths.ts'
import { recoverAgent } from './recover.ts'
import { prepareRotation } from './rotation.ts'
import { showStatus } from './show-status.ts'
import { VERSION } from './version.ts'
import { watchdog } from './watchdog.ts'

const HELP = `tristamp-agent ${VERSION}: the gateway program, instruments in, signed stamps out

  tristamp-agent init   --config gateway.yaml [--qr FILE.svg]  make the keys, the login and the outbox; print the enrolment request
                                                        and its QR code
  tristamp-agent rotate --config gateway.yaml           make the key that comes next; print what administrators sign for it
  tristamp-agent run    --config gateway.yaml [--insecure-plain]  run until SIGINT or SIGTERM; to another machine only over TLS,
                                                        unless told otherwise; SIGHUP reads the configuration again
  tristamp-agent status --config gateway.yaml [--json]  how the running gateway is
  tristamp-agent doctor --config gateway.yaml [--json] [--scan]  what keeps it from working, and how to mend it; --scan asks for the check label
  tristamp-agent cards  --config gateway.yaml           print the stations' command barcodes as a page of A4 sheets (HTML)
  tristamp-agent pin                                    read a PIN of 6 to 12 digits from stdin; print what "page: pin:" is to be
  tristamp-agent export --config gateway.yaml --out FILE  what the ledger has not acknowledged, to be carried; while the gateway runs or not
  tristamp-agent import FILE --node URL --config gateway.yaml  bring a file of any gateway to a ledger node; doing it again changes nothing
  tristamp-agent recover --config gateway.yaml          a new outbox for a key that has lost everything else
  tristamp-agent model  train|show …                    make a model for food tests, or show one; "model --help" tells
  tristamp-agent --help | --version

Environment (overrides the file): TRISTAMP_DATA, TRISTAMP_UPLINK_URL, TRISTAMP_UPLINK_LEDGER_KEY, TRISTAMP_UPLINK_CA,
  TRISTAMP_PORT_<DEVICE> (a device's port), TRISTAMP_LOG (auto, json or text), TRISTAMP_LANG (en or zh, for the
  lines on stderr)
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 configuration invalid
`

const START_MS = 600_000

export const EXIT = { ok: 0, failed: 1, usage: 2, config: 3 } as const

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

/** For people on a terminal, for programs elsewhere; unless the configuration says. */
async function logOf(kind: AgentConfig['log'], language: Language): Promise<Log> {
  const write = (line: string): void => void process.stderr.write(line)
  if (kind === 'text' || (kind === 'auto' && process.stderr.isTTY)) return createLog(write, language)
  const { jsonOutput } = await import('./log-json.ts')
  return createLog(jsonOutput(write), language)
}

async function run(config: AgentConfig, load: () => AgentConfig, log: Log): Promise<void> {
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  const beganMs = performance.now()
  let running: Host | undefined
  // From the beginning: without a listener a reload would end the program.
  const onReload = (): void => void running?.reload()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    // A start that repairs a large outbox takes longer than the watchdog's interval.
    using _watched = watchdog(process.env, () => running?.alive ?? performance.now() - beganMs < START_MS)
    process.on('SIGHUP', onReload)
    const host = await Host.start(config, { load, log })
    running = host
    const { org, id } = config.gateway
    log.info(`tristamp-agent ${VERSION} runs as ${org}/${id}`)
    const asked = new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
    if (!stop.signal.aborted) await Promise.race([asked, host.failed])
    log.info('stopping')
    await host[Symbol.asyncDispose]()
  } finally {
    process.off('SIGHUP', onReload)
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

type Carrying = 'export' | 'import' | 'recover'

function isCarrying(command: string): command is Carrying {
  return command === 'export' || command === 'import' || command === 'recover'
}

/** The commands that carry the outbox past a network or a lost disk. @returns what was done */
async function carry(command: Carrying, config: AgentConfig, args: Args): Promise<string> {
  const { out, node, operand } = args
  if (command === 'recover') {
    await recoverAgent(config)
    return 'a new outbox is made; the loss is declared when the gateway has run and reached the ledger'
  }
  // Only these commands need them: the running gateway does not carry them.
  if (command === 'import') {
    const { importParcels } = await import('./import.ts')
    const { parcels, recorded, repeated } = await importParcels(operand, node, config.uplink.ca)
    return `${parcels} parcels brought to ${node}: ${recorded} batches recorded, ${repeated} were there before`
  }
  const [{ exportOutbox }, files] = [await import('./export.ts'), paths(config.data)]
  const signer = openSigner(config)
  const { batches, from, parcels, bytes } = await exportOutbox(
    files.outbox,
    new EvidenceFiles(files.evidence),
    signer,
    out,
  )
  return `${batches} batches from number ${from} on, in ${parcels} parcels of ${bytes} bytes: ${out}`
}

interface Args {
  command: string
  /** The file of `import`. */
  operand: string
  out: string
  node: string
  /** Where `init` writes the QR code as a picture. */
  qr: string | undefined
  file: string | undefined
  json: boolean
  scan: boolean
  plain: boolean
  help: boolean
  version: boolean
}

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  out: { type: 'string', short: 'o' },
  node: { type: 'string' },
  qr: { type: 'string' },
  json: { type: 'boolean' },
  scan: { type: 'boolean' },
  'insecure-plain': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/** The arguments, or what is wrong with them. */
function readArgs(argv: string[]): Args | string {
  // Not strict: what is wrong is then said in our own words.
  const { tokens } = parseArgs({ args: argv, allowPositionals: true, strict: false, tokens: true, options: OPTIONS })
  const given = new Map<string, string | undefined>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (!Object.hasOwn(OPTIONS, name)) return `unknown option: ${printable(rawName)}`
    const takesValue = OPTIONS[name as keyof typeof OPTIONS].type === 'string'
    if (takesValue && (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-'))))
      return `the option ${rawName} needs a value`
    if (!takesValue && value !== undefined) return `the option ${rawName} takes no value`
    given.set(name, value)
  }
  const help = given.has('help')
  const version = given.has('version')
  const [command, ...more] = positionals
  if (!help && !version && command === undefined) return 'a command is missing'
  const operand = command === 'import' ? more.shift() : undefined
  if (more.length > 0) return `too many arguments: ${more.join(' ')}`
  const [out, node] = [given.get('out'), given.get('node')]
  if (!help && !version) {
    if (command === 'export' && out === undefined) return '--out is missing'
    if (command === 'import' && (operand === undefined || node === undefined)) return 'a file or --node is missing'
  }
  const file = given.get('config')
  const carried = { operand: operand ?? '', out: out ?? '', node: node ?? '' }
  return {
    command: command ?? '',
    ...carried,
    file,
    qr: given.get('qr'),
    json: given.has('json'),
    scan: given.has('scan'),
    plain: given.has('insecure-plain'),
    help,
    version,
  }
}
