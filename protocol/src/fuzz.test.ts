import * as nodeCrypto from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { asText, FUZZ_SEED, fuzz } from '../../test/_fuzz.ts'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from './_events.ts'
import { enrolment, FARM, gatewayKey } from './_governance.ts'
import { governanceEvent, MemoryLedger, seed } from './_memory-ledger.ts'
import { EVERY_REPORT } from './_reports.ts'
import { encodeAck, openAck } from './ack.ts'
import { admit } from './admit.ts'
import { decodeBatch, encodeBatch, eventLeaf, eventsInBatch } from './batch.ts'
import { decodeBundle } from './bundle.ts'
import { buildBundle } from './bundle-builder.ts'
import { fromBase64, fromBase64Url, fromHex, fromUtf8, toBase64, toBase64Url, toHex, utf8 } from './bytes.ts'
import { canonicalJson, type Json, parseCanonicalJson } from './canonical-json.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { decodeDetachedReceipt } from './detached-receipt.ts'
import { buildDisclosure, verifyDisclosure } from './disclosure.ts'
import { fromPkcs8Pem, toPkcs8Pem, type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { formatForkProof, parseForkProof, proveFork } from './equivocation.ts'
import { ProtocolError } from './error.ts'
import { checkEpcis } from './event/epcis.ts'
import { parseGovernanceEvent } from './event/governance-event.ts'
import { encodeEvent, parseBatchEvent, parseEvent } from './event/parse.ts'
import { parseGeoUri } from './event/profile.ts'
import { checkReport } from './event/report.ts'
import { decodeEventSequence, encodeEventSequence } from './event-sequence.ts'
import { canonicalUri, parseDigitalLink } from './gs1/digital-link.ts'
import { parseElementString } from './gs1/element-string.ts'
import { parseScan } from './gs1/scan.ts'
import { leafHash } from './merkle.ts'
import { inclusionProof } from './merkle-tree.ts'
import { parseNote, parseSignatures, signNote, verifyNote } from './note.ts'
import { checkPolicy, parsePolicy } from './policy.ts'
import { buildReceipt, parseReceipt, verifyReceipt } from './receipt.ts'
import { decodeRoute, encodeRoute } from './route.ts'
import { parseSeal } from './seal.ts'
import { parseStatement } from './statement.ts'
import { subjectKind } from './subject.ts'
import { decodeEntryBundle, encodeEntryBundle, parseTilePath } from './tile.ts'
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts'
import { decodeTransparentStatement, encodeTransparentStatement } from './transparent-statement.ts'
import { formatVerifierKey, parseVerifierKey } from './verifier-key.ts'
import { verify as verifyBundle } from './verify/verify.ts'
import { formatAddCheckpoint, parseAddCheckpoint } from './witness.ts'
import { parseTreeSize } from './witness-client.ts'

// Every parser that meets bytes from outside is fed with mutations of what it is made for. TRISTAMP_FUZZ_MS=60000 looks longer.

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)
const isOurs = (error: unknown): boolean => error instanceof ProtocolError

// A small ledger with one of everything.
const ledger = new MemoryLedger()
const gateway = gatewayKey('gw1')
ledger.govern(FARM)
ledger.govern(enrolment(gateway, 'gw1', ['commission', 'transform', 'pack', 'observe']))
ledger.seal()
const values = [sampleObjectEvent(), sampleTransformation(), sampleAggregation()] as unknown as Json[]
const { statement, events } = gateway.statement('batch', values)
const admitted = ledger.submit(statement, events)
ledger.seal()
const source = ledger.source()
const subject = 'https://id.gs1.org/01/09506000134352/21/A001'
const bundle = await buildBundle(subject, source)
const leaves = ledger.entries.map(leafHash)
const log = parseVerifierKey(ledger.logKey)
const checkpoint = parseCheckpoint(parseNote(source.checkpoint).text)
const issuer = { publicKey: log.publicKey, sign: signOnNoble(seed('log')) }
const receipt = buildReceipt(
  ledger.entries[1]!,
  { index: 1, path: inclusionProof(leaves, 1) },
  checkpoint,
  issuer,
  1_795_000_000,
)
const transparent = encodeTransparentStatement({ statement: ledger.entries[1]!, receipts: [receipt] })
const disclosure = buildDisclosure(statement, events.map(eventLeaf), 1)
const tlogProof = formatTlogProof({ index: 1, path: inclusionProof(leaves, 1), checkpoint: source.checkpoint })
const otherRoot = formatCheckpoint({ ...checkpoint, root: new Uint8Array(32) })
const logSigner = { name: log.name, type: 1 as const, publicKey: log.publicKey, sign: issuer.sign }
const forkProof = formatForkProof({ checkpoints: [source.checkpoint, signNote(otherRoot, [logSigner])] })
const witness = formatVerifierKey('witness.example', 4, publicKeyOf(seed('w')))
const policyText = `log ${ledger.logKey} https://ledger.example\nwitness w ${witness} https://witness.example\ngroup g 1 w\nquorum g\n`
const addCheckpoint = formatAddCheckpoint({ oldSize: 0, path: [], checkpoint: source.checkpoint } as never)
const ack = encodeAck(
  { kind: 'ack', kid: gateway.kid, seq: 1, prev: gateway.prev, entry: 4, treeSize: 5 },
  ledger.ledgerKey.publicKey,
  ledger.ledgerKey.sign,
)
const refusalAck = encodeAck(
  { kind: 'expected', kid: gateway.kid, expected: 1, prev: gateway.prev, reason: 'SEQ_EXPECTED' },
  ledger.ledgerKey.publicKey,
  ledger.ledgerKey.sign,
)

const bytesOf = (...texts: string[]): Uint8Array[] => texts.map(utf8)
const eventBytes = events.map(({ event }) => event)
const route = Array.from({ length: 20 }, (_, i) => ({
  s: 1_795_000_000 + 30 * i,
  latE5: 3_024_000 + 90 * i,
  lonE5: 10_948_000 - i * i,
}))
const reportBytes = EVERY_REPORT.map(encodeEvent)
const uris = bytesOf(
  subject,
  'https://id.gs1.org/01/09506000134352/10/L%2F7/21/A?17=261201&310=1',
  'https://id.gs1.org/00/095060001343520017',
  'https://id.gs1.org/8004/9506000134TRUCK1#2026-11-22',
  'https://example.com/p/01/09506000134352',
  'geo:30.24,109.48',
)

/** Name of the format, what it is fed with, and what reads it. */
const parsers: [string, Uint8Array[], (bytes: Uint8Array) => unknown][] = [
  ['statement', ledger.entries, parseStatement],
  ['batch', [encodeBatch(statement, events)], decodeBatch],
  ['a batch’s count', [encodeBatch(statement, events)], eventsInBatch],
  [
    'admission of a batch',
    [encodeBatch(statement, events)],
    (b) => {
      const batch = decodeBatch(b)
      return admit(ledger.state, batch.statement, batch.events, onNode)
    },
  ],
  ['event sequence', [encodeEventSequence([events, events.slice(1)])], (b) => decodeEventSequence(b, 8)],
  ['seal', ledger.entries.filter((_, i) => i === 3 || i === 5), parseSeal],
  ['ack', [ack, refusalAck], (b) => openAck(b, ledger.ledgerKey.publicKey, onNode)],
  // A forger who may sign: what is behind the signature must stand as much.
  ['signed ack', [ack, refusalAck], (b) => openAck(b, ledger.ledgerKey.publicKey, () => true)],
  ['bundle', [bundle], decodeBundle],
  ['verification of a bundle', [bundle], (b) => verifyBundle(b, subject, { policy: ledger.policy }, verify)],
  [
    'verification behind good signatures',
    [bundle],
    (b) => verifyBundle(b, subject, { policy: ledger.policy }, async () => true),
  ],
  ['note', bytesOf(source.checkpoint), (b) => verifyNote(parseNote(asText(b)), [log], verify)],
  ['signature lines', bytesOf(source.checkpoint.split('\n\n')[1]!), (b) => parseSignatures(asText(b))],
  ['verifier key', bytesOf(ledger.logKey, witness), (b) => parseVerifierKey(asText(b))],
  ['checkpoint', bytesOf(formatCheckpoint(checkpoint)), (b) => parseCheckpoint(asText(b))],
  ['policy', bytesOf(policyText), (b) => checkPolicy(parseNote(source.checkpoint), parsePolicy(asText(b)), verify)],
  [
    'tile path',
    bytesOf('tile/0/x001/234.p/5', 'tile/entries/000', 'tile/3/x999/x999/999'),
    (b) => parseTilePath(asText(b)),
  ],
  ['entry bundle', [encodeEntryBundle(ledger.entries)], decodeEntryBundle],
  [
    'tlog-proof',
    bytesOf(tlogProof),
    (b) => verifyTlogProof(parseTlogProof(asText(b)), ledger.entries[1]!, ledger.policy, verify),
  ],
  ['receipt', [receipt], (b) => Promise.all([parseReceipt(b), verifyReceipt(b, ledger.entries[1]!, log, verify)])],
  ['detached receipt', [receipt, disclosure], (b) => decodeDetachedReceipt(b, 100_000)],
  ['disclosure', [disclosure], (b) => verifyDisclosure(b, events[1]!, gateway.publicKey, verify)],
  ['transparent statement', [transparent], (b) => decodeTransparentStatement(b)],
  [
    'fork proof',
    bytesOf(forkProof),
    (b) => Promise.all([parseForkProof(asText(b)), proveFork(asText(b), log, verify)]),
  ],
  ['add-checkpoint', bytesOf(addCheckpoint), (b) => parseAddCheckpoint(asText(b))],
  ['tree size of a witness', bytesOf('12345\n'), (b) => parseTreeSize('text/x.tlog.size', asText(b))],
  [
    'governance event',
    [governanceEvent(FARM), governanceEvent(enrolment(gateway, 'g'))].map((v) => utf8(canonicalJson(v))),
    parseGovernanceEvent,
  ],
  ['event with stamps', eventBytes, parseEvent],
  ['route', [encodeRoute(route), encodeRoute(route.slice(0, 1))], decodeRoute],
  ['event of a batch', [...eventBytes, ...reportBytes], parseBatchEvent],
  ['report in JSON', reportBytes, (b) => checkReport(anyJson(b))],
  ['EPCIS event', eventBytes, (b) => checkEpcis(parseCanonicalJson(b, { maxBytes: 100_000 }))],
  // JSON of any spelling: the shape must be checked without help from the canonical form.
  ['EPCIS event in JSON', eventBytes, (b) => checkEpcis(anyJson(b))],
  ['canonical JSON', eventBytes, (b) => parseCanonicalJson(b, { maxBytes: 100_000 })],
  [
    'CBOR',
    [...ledger.entries, bundle, encodeCbor([1, -1, 'a', new Uint8Array(3), { a: true, b: null }])],
    (b) => decodeCbor(b, { maxBytes: 100_000 }),
  ],
  ['Digital Link', uris, (b) => parseDigitalLink(asText(b))],
  ['Digital Link, older forms', uris, (b) => parseDigitalLink(asText(b), { legacy: true })],
  ['canonical URI', uris, (b) => canonicalUri(asText(b))],
  ['geo URI', uris, (b) => parseGeoUri(asText(b))],
  ['kind of a subject', uris, (b) => subjectKind(asText(b))],
  [
    'element string',
    bytesOf(
      '0109506000134352172612011 0L7\u001d21A001',
      '0109506000134352\u001d10L7\u001d21A001',
      '00095060001343520017',
    ),
    (b) => parseElementString(asText(b)),
  ],
  [
    'scan',
    bytesOf(
      ']d2010950600013435210L7\u001d21A001',
      ']Q1https://id.gs1.org/01/09506000134352/21/A',
      ']C100095060001343520017',
      'tristamp:do/pack',
    ),
    (b) => parseScan(asText(b)),
  ],
  ['key file', bytesOf(toPkcs8Pem(seed('k'))), (b) => fromPkcs8Pem(asText(b))],
  ['base64', bytesOf(toBase64(bundle)), (b) => fromBase64(asText(b))],
  ['base64url', bytesOf(toBase64Url(bundle)), (b) => fromBase64Url(asText(b))],
  ['hex', bytesOf(toHex(bundle)), (b) => fromHex(asText(b))],
  ['UTF-8', eventBytes, fromUtf8],
]

function anyJson(bytes: Uint8Array): Json {
  try {
    return JSON.parse(asText(bytes)) as Json
  } catch {
    return null
  }
}

describe(`parsers of the protocol under mutations (seed ${FUZZ_SEED})`, () => {
  it('have good samples to begin with', async () => {
    expect(admitted.ok).toBe(true)
    expect((await verifyBundle(bundle, subject, { policy: ledger.policy }, verify)).state).toBe('consistent')
  })

  it.each(parsers)('%s: taken or refused with a code, at once', async (_, samples, parse) => {
    expect(await fuzz({ samples, parse, isOurs })).toBeGreaterThanOrEqual(20)
  })
})
