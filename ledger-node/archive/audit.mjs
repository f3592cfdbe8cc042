#!/usr/bin/env node
// Checks an archive of a Tristamp ledger with nothing but Node.js: see README.md beside it. Own code on purpose: it shares none with Tristamp.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const given = process.argv.indexOf('--key')
const folder = dirname(fileURLToPath(import.meta.url))
const ZERO = Buffer.alloc(32)
const read = (path) => readFileSync(join(folder, path))
const H = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const node = (left, right) => H(Buffer.of(1), left, right)
const leaf = (bytes) => H(Buffer.of(0), bytes)

function must(holds, what) {
  if (holds) return
  console.error(`WRONG ${what}`)
  process.exit(1)
}

// --- CBOR (RFC 8949), as much as is used here
function cbor(bytes, at = 0) {
  const [type, small] = [bytes[at] >> 5, bytes[at] & 31]
  const wide = small < 24 ? 0 : 2 ** (small - 24)
  const number = wide === 0 ? small : wide < 8 ? bytes.readUIntBE(at + 1, wide) : Number(bytes.readBigUInt64BE(at + 1))
  let end = at + 1 + wide
  const next = () => {
    const item = cbor(bytes, end)
    end = item.end
    return item.value
  }
  const items = (count) => Array.from({ length: count }, next)
  if (type === 0) return { value: number, end }
  if (type === 1) return { value: -1 - number, end }
  if (type === 2 || type === 3) {
    must(end + number <= bytes.length, 'CBOR: cut short')
    const value = bytes.subarray(end, end + number)
    return { value: type === 2 ? value : value.toString('utf8'), end: end + number }
  }
  if (type === 4) return { value: items(number), end }
  if (type === 5) return { value: new Map(Array.from({ length: number }, () => [next(), next()])), end }
  must(type === 6, `CBOR: type ${type}`)
  return { value: next(), end }
}

const head = (type, n) => Buffer.from(n < 24 ? [type | n] : n < 256 ? [type | 24, n] : [type | 25, n >> 8, n & 255])
const byteString = (bytes) => Buffer.concat([head(0x40, bytes.length), bytes])

// --- Ed25519 (RFC 8032)
const DER = Buffer.from('302a300506032b6570032100', 'hex')
const isSigned = (key, message, signature) =>
  verify(null, message, createPublicKey({ key: Buffer.concat([DER, key]), format: 'der', type: 'spki' }), signature)

// --- Tree (RFC 6962): the hashes of complete subtrees along the right edge, largest first
const edge = []
let size = 0
function grow(hash) {
  let sum = hash
  for (let n = size; n % 2 === 1; n = Math.floor(n / 2)) sum = node(edge.pop(), sum)
  edge.push(sum)
  size++
}
function root(hashes) {
  if (hashes.length === 1) return hashes[0]
  let left = 1
  while (left * 2 < hashes.length) left *= 2
  return node(root(hashes.slice(0, left)), root(hashes.slice(left)))
}

// --- Tiles (C2SP tlog-tiles)
const tiles = []
function path(index, width) {
  const groups = String(index)
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g)
  return groups.map((g, i) => (i < groups.length - 1 ? `x${g}` : g)).join('/') + (width < 256 ? `.p/${width}` : '')
}
function checkTile(level) {
  const { index, hashes } = tiles[level]
  const name = `tile/${level}/${path(index, hashes.length)}`
  must(read(name).equals(Buffer.concat(hashes)), name)
}
function place(level, hash) {
  tiles[level] ??= { index: 0, hashes: [] }
  tiles[level].hashes.push(hash)
  if (tiles[level].hashes.length < 256) return
  checkTile(level)
  const full = tiles[level]
  tiles[level] = { index: full.index + 1, hashes: [] }
  place(level + 1, root(full.hashes))
}

// --- Checkpoint (C2SP signed-note): text, blank line, signatures
const note = read('checkpoint').toString('utf8')
const blank = note.lastIndexOf('\n\n')
const [text, lines] = [
  note.slice(0, blank + 1),
  note
    .slice(blank + 2)
    .trimEnd()
    .split('\n'),
]
const [origin, total, rootText] = text.split('\n')
const own = /^log (\S+)/m.exec(read('policy').toString('utf8'))?.[1]
const vkey = given < 0 ? own : process.argv[given + 1]
const [, keyName, keyId, keyText] = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey ?? '') ?? []
must(keyText !== undefined && keyName === origin, `the key ${vkey} is not one of ${origin}`)
const logKey = Buffer.from(keyText, 'base64')
const line = lines
  .map((l) => l.split(' '))
  .find(([, name, s]) => name === keyName && Buffer.from(s, 'base64').toString('hex', 0, 4) === keyId)
must(
  line && isSigned(logKey.subarray(1), Buffer.from(text), Buffer.from(line[2], 'base64').subarray(4)),
  'signature of the checkpoint',
)

// --- Events, in the order of the entries
function* allEvents() {
  for (let entry = 0; entry < Number(total); ) {
    const bytes = read(`events/${String(entry).padStart(16, '0')}`)
    for (let at = 0; at < bytes.length; entry++) {
      const item = cbor(bytes, at)
      at = item.end
      yield item.value
    }
  }
}

// --- Entries
const keys = new Map()
const chains = new Map()
const events = allEvents()
let [statements, eventCount, seals, before, beforeMs] = [0, 0, 0, ZERO, 0]
let block = { first: 0, entries: 0, events: 0 }

/** Every key that governance names, by its thumbprint (RFC 9679). */
function learnKeys(value) {
  if (typeof value === 'string' && /^[\w-]{43}$/.test(value)) {
    const key = Buffer.from(value, 'base64url')
    keys.set(H(Buffer.from('a301012006215820', 'hex'), key).toString('hex'), key)
  } else if (value !== null && typeof value === 'object') Object.values(value).forEach(learnKeys)
}

function checkSeal(bytes, at) {
  const [, height, previous, first, entries, count, ms] = cbor(bytes).value
  must(height === seals && previous.equals(before) && ms >= beforeMs, `${at}: the seal does not follow the one before`)
  must(first === block.first && entries === block.entries && count === block.events, `${at}: what the seal counts`)
  before = leaf(bytes)
  beforeMs = ms
  seals++
  block = { first: size + 1, entries: 0, events: 0 }
}

function checkStatement(bytes, batch, at) {
  const [protectedBytes, , payload, signature] = cbor(bytes).value
  const header = cbor(protectedBytes).value
  const claims = header.get(15)
  const kid = header.get(4).toString('hex')
  const leaves = batch.map(([salt, event]) =>
    leaf(Buffer.concat([Buffer.of(0x82), byteString(salt), byteString(event)])),
  )
  must(batch.length > 0 && batch.length === claims.get(-65539) && root(leaves).equals(payload), `${at}: its events`)
  if (header.get(3).endsWith('governance')) for (const [, event] of batch) learnKeys(JSON.parse(event.toString('utf8')))
  const key = keys.get(kid)
  const signed = Buffer.concat([
    Buffer.from('\x84\x6aSignature1', 'latin1'),
    byteString(protectedBytes),
    Buffer.of(0x40),
    byteString(payload),
  ])
  must(key && isSigned(key, signed, signature), `${at}: its signature`)
  const chain = chains.get(kid) ?? { seq: -1, hash: ZERO }
  must(claims.get(-65537) > chain.seq && claims.get(-65538).equals(chain.hash), `${at}: its place in its key's chain`)
  chains.set(kid, { seq: claims.get(-65537), hash: leaf(bytes) })
  statements++
  eventCount += batch.length
  block.entries++
  block.events += batch.length
}

// --- Evidence that events name by digest (RFC 6920)
let [pieces, missing] = [0, 0]
function checkEvidence(value) {
  const digest = typeof value === 'string' ? /^ni:\/\/\/sha-256;([\w-]{43})$/.exec(value)?.[1] : undefined
  if (digest !== undefined) {
    const file = `evidence/${Buffer.from(digest, 'base64url').toString('hex')}`
    if (!existsSync(join(folder, file))) missing++
    else must(H(read(file)).toString('base64url') === digest, file)
    pieces++
  } else if (value !== null && typeof value === 'object') Object.values(value).forEach(checkEvidence)
}

while (size < Number(total)) {
  const width = Math.min(256, Number(total) - size)
  const bundle = read(`tile/entries/${path(size / 256, width)}`)
  let at = 0
  for (let i = 0; i < width; i++) {
    const bytes = bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at))
    at += 2 + bytes.length
    const batch = events.next().value
    if (bytes[0] === 0x88) must(batch.length === 0, `entry ${size}: a seal with events`)
    if (bytes[0] === 0x88) checkSeal(bytes, `entry ${size}`)
    else checkStatement(bytes, batch, `entry ${size}`)
    for (const [, event] of batch)
      if (event.includes('ni:///sha-256;')) checkEvidence(JSON.parse(event.toString('utf8')))
    place(0, leaf(bytes))
    grow(leaf(bytes))
  }
  must(at === bundle.length, `tile/entries/${path(Math.ceil(size / 256) - 1, width)}: its length`)
}
for (const level of tiles.keys()) if (tiles[level].hashes.length > 0) checkTile(level)
must(block.entries === 0, 'the last entry is not a seal')
must(edge.reduceRight((right, left) => node(left, right)).toString('base64') === rootText, 'the root of the tree')
console.log(
  `ok ${origin}: ${size} entries (${statements} statements, ${seals} seals), ${eventCount} events, root ${rootText}`,
)
if (pieces > 0) console.log(`${pieces - missing} of ${pieces} names of evidence lead to what they name`)
if (given < 0)
  console.log(
    `under the key in this archive, ${vkey}: compare it with what you know from elsewhere, or give it with --key`,
  )
