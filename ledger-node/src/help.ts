import { DEFAULTS, VARIABLES } from './config.ts'

/** What --help prints. */
export const HELP: string = `tristamp-ledger: keeps a Tristamp ledger

Usage
  tristamp-ledger init --data DIR --origin NAME [--admin NAME]... [--threshold N]
      Founds a ledger: makes its keys (DIR/keys, readable by the owner alone), writes the genesis, signs the first checkpoint.
      Prints the log's key and the key that acks are signed by.
  tristamp-ledger run --data DIR [--host ${DEFAULTS.host}] [--port ${DEFAULTS.httpPort}] [--mqtt-host HOST] [--mqtt-port ${DEFAULTS.mqttPort}]
                      [--public-url URL] [--pages DIR] [--config FILE] [--tls-cert FILE --tls-key FILE | --insecure-plain]
      Serves the ledger until stopped (SIGINT, SIGTERM). Prints one line "ready http://... mqtt://..." when it does.
      Off this machine only over TLS (--tls-cert, --tls-key, for HTTP and MQTT), unless --insecure-plain says otherwise.
  tristamp-ledger enrol [organisation|gateway|place|product] --node URL --admin-key FILE [--file FILE.json]... [fields]
      Signs operations as an administrator and records them. --file holds an operation object or an array of them.
      organisation  --org NAME --party URI --name-zh TEXT --name-en TEXT
      gateway       --file enrolment-request.json (as "tristamp-agent init" writes it)
      place         --org NAME --place URI --name-zh TEXT --name-en TEXT --address-zh TEXT --address-en TEXT --zone Area/City
                    [--lat DEGREES --lon DEGREES]
      product       --org NAME --product URI --name-zh TEXT --name-en TEXT --spec-zh TEXT --spec-en TEXT
                    [--min CELSIUS --max CELSIUS]
  tristamp-ledger verify --data DIR
      Checks every byte of a ledger that does not run, and names the first record that is not as it must be.
  tristamp-ledger --help | --version

Exit codes
  0  done
  1  failed; for "verify": something is not as it must be
  2  wrong usage
  3  the configuration is not valid

Environment (over the file, under the flags)
${Object.entries(VARIABLES)
  .map(([name, path]) => `  ${name.padEnd(22)} ${path}`)
  .join('\n')}

Configuration file (YAML; all values may be left out)
  data: DIR
  http: { host: ${DEFAULTS.host}, port: ${DEFAULTS.httpPort}, publicUrl: URL, pages: DIR, postsPerSecond: ${DEFAULTS.postsPerSecond},
          readsPerSecond: ${DEFAULTS.readsPerSecond}, addressHeader: X-Forwarded-For, tls: { cert: FILE, key: FILE } }
  mqtt: { host: ${DEFAULTS.host}, port: ${DEFAULTS.mqttPort}, maxConnections: ${DEFAULTS.maxConnections},
          eventsPerSecond: ${DEFAULTS.eventsPerSecond}, tls: { cert: FILE, key: FILE } }
  plain: false
  sealEveryMs: ${DEFAULTS.sealEveryMs}
`
