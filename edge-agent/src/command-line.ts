import { parseArgs } from 'node:util'
import { printable } from './error.ts'
import { VERSION } from './version.ts'

export const HELP: string = `tristamp-agent ${VERSION}: the gateway program, instruments in, signed stamps out

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

/** What the command line asks for. */
export interface Args {
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
export function readArgs(argv: string[]): Args | string {
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
