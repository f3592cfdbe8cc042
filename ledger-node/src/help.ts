import { VARIABLES } from './config-overrides.ts'
import { DEFAULTS } from './config-schema.ts'

/** What --help prints. */
export const HELP: string = `tristamp-ledger: keeps a Tristamp ledger

Usage
  tristamp-ledger init --data DIR --origin NAME [--admin NAME]... [--threshold N]
      Founds a ledger: makes its keys (DIR/keys, readable by the owner alone), writes the genesis, signs the first checkpoint.
      Prints the log's key, the key that acks are signed by, and the key that it would cosign other logs with.
  tristamp-ledger run --data DIR [--host ${DEFAULTS.host}] [--port ${DEFAULTS.httpPort}] [--mqtt-host HOST] [--mqtt-port ${DEFAULTS.mqttPort}]
                      [--public-url URL] [--pages DIR] [--config FILE] [--tls-cert FILE --tls-key FILE | --insecure-plain]
                      [--witness VKEY]...
      Serves the ledger until stopped (SIGINT, SIGTERM). Prints one line "ready http://... mqtt://..." when it does.
      Off this machine only over TLS (--tls-cert, --tls-key, for HTTP and MQTT), unless --insecure-plain says otherwise.
      --witness: it also cosigns the checkpoints of this other log.
  tristamp-ledger run --data DIR --follow URL [--name NAME] [--host ${DEFAULTS.host}] [--port ${DEFAULTS.httpPort}] [--public-url URL] [--pages DIR] [--config FILE]
                      [--tls-cert FILE --tls-key FILE | --insecure-plain]
      Follows the ledger of another node: makes all of it again by the same rules in DIR (empty at first), answers every reader, and cosigns
      as NAME what it has reproduced and nothing else. Prints one line "ready http://... VKEY" when it serves.
  tristamp-ledger enrol [organisation|gateway|place|product] --node URL --admin-key FILE [--file FILE.json]... [fields]
      Signs operations as an administrator and records them. --file holds an operation object or an array of them.
      organisation  --org NAME --party URI --name-zh TEXT --name-en TEXT
      gateway       --file enrolment-request.json (as "tristamp-agent init" writes it), with --station URI --roles ROLE,ROLE
                    where it leaves them to the administrator
      place         --org NAME --place URI --name-zh TEXT --name-en TEXT --address-zh TEXT --address-en TEXT --zone Area/City
                    [--lat DEGREES --lon DEGREES]
      product       --org NAME --product URI --name-zh TEXT --name-en TEXT --spec-zh TEXT --spec-en TEXT
                    [--min CELSIUS --max CELSIUS [--tolerance MINUTES] [--max-kinetic CELSIUS]]
  tristamp-ledger make-key --out FILE
      Makes a key for an administrator, for "rotate", and prints its public half.
  tristamp-ledger propose --file FILE.json... SIGNING
      Signs operations of any kind first. --file holds an operation object or an array of them, which are recorded all or none.
  tristamp-ledger propose recall --org NAME --subject URI... --class 1|2|3 --reason-zh TEXT --reason-en TEXT --hazard-zh TEXT --hazard-en TEXT
                          --consumer-zh TEXT --consumer-en TEXT --holder-zh TEXT --holder-en TEXT [--contact TEXT] [--drill] [--id UUID]
                          [--trace FILE [--same-lot]] SIGNING
      Calls goods back: items, lots, products, units. Two administrators must sign wherever there are two. With the --id of a recall that
      stands: other words for it. --trace: the answer of /v1/trace that the subjects are from, which freezes the scope. --drill: an exercise, told everywhere as one.
  tristamp-ledger lift ID --reason TEXT SIGNING
      A recall has ended. ID: as "show" says it, or its beginning.
  tristamp-ledger hold --org NAME --subject URI... --reason-zh TEXT --reason-en TEXT SIGNING
      Goods go no further until they are released: one administrator is enough. The ledger does it by itself for what was measured.
  tristamp-ledger release ID --reason TEXT SIGNING
      Held goods may go on. Two administrators must sign wherever there are two.
  tristamp-ledger approve (ID... | --all) [--yes] SIGNING
      Shows what waits for signatures, asks, and signs it. ID: as "show" says it, or its beginning.
  tristamp-ledger suspend WHO --reason TEXT SIGNING       one administrator is enough for a gateway's key
  tristamp-ledger restore WHO --reason TEXT SIGNING
  tristamp-ledger revoke WHO --reason TEXT SIGNING
  tristamp-ledger rotate WHO (--file enrolment-request.json | --new-key KEY [--login HASH]) SIGNING
      WHO: ORG/GATEWAY, an administrator's name, or a kid.
      SIGNING: --node URL --admin-key FILE [--origin NAME]. What a key signs is kept beside it, in NAME.ledger for NAME.pem: it signs for
      one ledger, and no number twice.
  tristamp-ledger show --node URL [ID]
      Who governs, what waits for whom and how long, keys and their states, what was done lately.
  tristamp-ledger audit URL|DIR [--policy FILE] [--remember FILE] [--threads N] [--json]
      Makes a whole ledger again from its entries and events and compares: a node (URL), an archive, or the data folder of a node that
      does not run. Names the first record that is not as it must be. --policy: whom you trust. --remember: the checkpoint of the last
      audit, which the ledger must continue; written when all is well. "verify --data DIR" is the same.
  tristamp-ledger archive --data DIR|--node URL -o DIR2 [--policy FILE] [--threads N]
      Writes all of a ledger into plain files, audited on the way, that can be audited without this program.
  tristamp-ledger check --node URL [--policy FILE] [--remember FILE] [--fork FILE]
      Asks a ledger for its checkpoint, checks it under the policy, and demands that it continues the one in the --remember file, which it
      then replaces. On a rollback or a fork it writes the evidence (--remember's name with .tristamp-fork) and ends with 1.
      Without --policy: the policy of the first check, which is kept beside the file; at that one, what the ledger serves.
  tristamp-ledger import FILE --node URL
      Brings batches that a gateway exported ("tristamp-agent export") to a running node. Doing it again changes nothing.
  tristamp-ledger prove (--node URL | --data DIR) (--entry N | --event ID | --subject URI) [--format FORMAT] -o FILE
      Writes a proof file that "tristamp verify" checks without the ledger. FORMAT: tlog-proof, receipt, statement (with its
      receipt), or bundle (with --subject).
  tristamp-ledger trace SUBJECT --node URL [--back|--forward] [--depth N] [--from TIME] [--to TIME] [--json]
      Where something comes from and where it went, as a tree; each line names the entry and the event that prove it.
  tristamp-ledger export --node URL --form FORM (--subject URI | --place URI) [--place URI] [--from TIME] [--to TIME] -o FILE
      All that is recorded of a subject's trace, or at a place, as a file: fsma204.xlsx (21 CFR 1.1455(c)(3)), events.csv,
      epcis.jsonld (EPCIS 2.0), or proofs.tar.gz (with all that proves it, to be checked by "tristamp verify").
  tristamp-ledger export --node URL --form recall-cn.xlsx|recall-cn.json --recall ID --law food|medicine [--begin TIME] -o FILE
      What a recall reports in China, with its deadline. --begin: when the law's time began, if that was before it was recorded.
  tristamp-ledger prove-fork FILE --log VKEY
      Checks evidence of a fork, without asking anyone; ends with 0 only if it is proven.
  tristamp-ledger labels --product GTIN|URI --out DIR [--node URL] [--base URL] [--name-zh TEXT --name-en TEXT] [--spec-zh TEXT --spec-en TEXT]
                         [--lot LOT] [--expiry YYYY-MM-DD] (--count N [--length N] | --from N --to N [--prefix TEXT] | --csv FILE)
                         [--template a4-3x8|a4-4x10|a4-2x7|letter-3x10|letter-2x5|WxH] [--symbol qr|datamatrix|both] [--format html|svg|png|zpl]
                         [--dpi 203|300|600] [--font NAME] [--lang zh|en] [--cuts] [--bare] [--sealed]
      Makes labels for packs: GS1 Digital Link QR Codes, GS1 DataMatrix, lot, expiry and serial for people. --node: name and address as registered.
      --count: serials that nobody guesses. --sealed: also a secret for each pack, and the commitments for the gateway that packs.
  tristamp-ledger token --role regulator|operator --name NAME [--days N]
      Makes a token for the desk (regulator) or the board (operator), good for 366 days or N. Prints it once, and the lines for the configuration, which hold its hash.
  tristamp-ledger witness-key --data DIR --name NAME
      Prints the key that a witness or follower in DIR cosigns by, as policies name it; makes it when there is none.
  tristamp-ledger witness --data DIR --name NAME --log VKEY... [--host ${DEFAULTS.host}] [--port 7380]
                          [--tls-cert FILE --tls-key FILE | --insecure-plain]
      Cosigns the checkpoints of others' logs until stopped; keeps no ledger. Prints one line "ready http://... VKEY" when it does.
  tristamp-ledger --help | --version

Exit codes
  0  done
  1  failed; for "audit", "verify", "check" and "prove-fork": something is not as it must be
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
  snapshotEveryMs: ${DEFAULTS.snapshotEveryMs}                                       of the history map, for fast starts; 0: only at a stop
  witness: { name: NAME, logs: [VKEY, ...] }                    this node as a witness for other logs
  witnesses: [{ name: NAME, url: URL, vkey: VKEY }, ...]        who cosigns this ledger's checkpoints
  quorum: N                                                     how many of them must; more than half unless told
  policy: FILE                                                  instead of these two, a policy (C2SP tlog-policy)
`
