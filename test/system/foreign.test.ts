import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEntryBundle, isSeal, toHex } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginOf, TestClient } from '../_harness/client.ts'
import { temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { TestSigner } from '../_harness/signer.ts'
import { buildAuditor, foreignPython, works } from '../_harness/tools.ts'

// What the ledger serves and signs is standard, so programs that share no code with this project must read it and agree.

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const auditorFolder = join(folder.path, 'xmod-audit')
mkdirSync(auditorFolder)
const auditor = buildAuditor(auditorFolder)
const python = foreignPython()
const openssl = works('openssl', 'version')
if (!openssl) console.warn('no openssl: reading keys and signatures with it is skipped')

const signer = new TestSigner('farm')
let ledger: TestLedger
let statement: Buffer
beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  await ledger.enrol(ORGANISATION, signer.enrolment())
  const response = await ledger.post(signer.batch(commissioned(item('A')), commissioned(item('B'))))
  const { entry } = (await response.json()) as { entry: number }
  await ledger.sealed(entry)
  const size = await ledger.size()
  const entries = decodeEntryBundle(await ledger.bytes(`/tile/entries/000.p/${size}`))
  expect(isSeal(entries.at(-1)!)).toBe(true)
  statement = Buffer.from(entries[entry]!)
})
afterAll(() => ledger?.[Symbol.asyncDispose]())

describe('golang.org/x/mod', () => {
  it.skipIf(auditor === undefined)(
    'audits every entry and tile, past a full tile, and that the log only grew',
    async () => {
      const audit = (...more: string[]): string => {
        const args = ['-url', ledger.url, '-vkey', ledger.vkey, ...more]
        const { status, stdout, stderr } = spawnSync(auditor!, args, { encoding: 'utf8' })
        expect(stderr).toBe('')
        expect(status).toBe(0)
        return stdout
      }
      expect(audit()).toMatch(/^ok ledger\.example\/test size \d+ root /m)
      const old = join(folder.path, 'old-checkpoint')
      writeFileSync(old, await ledger.bytes('/checkpoint'))
      const before = await ledger.size()
      await using client = await TestClient.connect(ledger, loginOf(signer))
      const batches = Array.from({ length: 300 }, (_, i) => signer.batch(commissioned(item(`C${i}`))))
      await Promise.all(batches.map((batch) => client.send(batch)))
      await ledger.sealed(before + batches.length)
      const size = await ledger.size()
      expect(size).toBeGreaterThan(300)
      const said = audit('-old', old)
      expect(said).toContain(`consistent ${before} -> ${size}`)
      expect(said).toContain(`size ${size} root`)
    },
  )

  it.skipIf(auditor === undefined)('does not accept the log under another key', () => {
    const other = ledger.vkey.replace(/\+([0-9a-f]{8})\+/, '+00000000+')
    expect(spawnSync(auditor!, ['-url', ledger.url, '-vkey', other]).status).not.toBe(0)
  })
})

describe('Python with cbor2 and cryptography', () => {
  it.skipIf(python === undefined)('reads a statement and checks its signature', () => {
    const { status, stdout, stderr } = spawnSync(python!, ['-c', READ_STATEMENT, toHex(signer.publicKey)], {
      input: statement,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      tag: 18,
      alg: -8,
      type: 'application/vnd.tristamp.batch',
      kid: toHex(signer.kid),
      thumbprint: toHex(signer.kid),
      iss: signer.uri,
      seq: 0,
      unprotected: {},
      payloadBytes: 32,
    })
  })
})

describe('openssl', () => {
  it.skipIf(!openssl)('reads the key files', () => {
    for (const name of ['log', 'ack', 'admin-admin']) {
      const file = join(ledger.data, 'keys', `${name}.pem`)
      const { stdout, status } = spawnSync('openssl', ['pkey', '-in', file, '-noout', '-text'], { encoding: 'utf8' })
      expect(status).toBe(0)
      expect(stdout).toMatch(/^ED25519 Private-Key:/m)
    }
  })

  it.skipIf(!openssl)('checks the signature of a statement, and refuses it over another byte', () => {
    const { protectedBytes, payload, signature } = takenApart(statement)
    const toBeSigned = Buffer.concat([
      Buffer.from([0x84, 0x6a]),
      Buffer.from('Signature1'),
      byteString(protectedBytes),
      byteString(Buffer.alloc(0)),
      byteString(payload),
    ])
    expect(opensslVerifies(toBeSigned, signature)).toBe(true)
    toBeSigned[20]! ^= 1
    expect(opensslVerifies(toBeSigned, signature)).toBe(false)
  })
})

/** RFC 9052 §4.2 and §4.4, RFC 9679 §3, written down from the standards. */
const READ_STATEMENT = `
import sys, json, hashlib, cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
message = cbor2.loads(sys.stdin.buffer.read())
protected, unprotected, payload, signature = message.value
header = cbor2.loads(protected)
key = bytes.fromhex(sys.argv[1])
Ed25519PublicKey.from_public_bytes(key).verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))
print(json.dumps({
  "tag": message.tag, "alg": header[1], "type": header[3], "kid": header[4].hex(),
  "thumbprint": hashlib.sha256(cbor2.dumps({1: 1, -1: 6, -2: key}, canonical=True)).hexdigest(),
  "iss": header[15][1], "seq": header[15][-65537], "unprotected": dict(unprotected), "payloadBytes": len(payload),
}))
`

/** Tag 18, an array of four: protected header, empty map, 32 bytes of payload, 64 of signature. */
function takenApart(message: Buffer): { protectedBytes: Buffer; payload: Buffer; signature: Buffer } {
  expect(message.subarray(0, 3).toString('hex')).toBe('d28458')
  const end = 4 + message[3]!
  expect(message.subarray(end, end + 3).toString('hex')).toBe('a05820')
  expect(message.subarray(end + 35, end + 37).toString('hex')).toBe('5840')
  return {
    protectedBytes: message.subarray(4, end),
    payload: message.subarray(end + 3, end + 35),
    signature: message.subarray(end + 37),
  }
}

function byteString(bytes: Buffer): Buffer {
  if (bytes.length < 24) return Buffer.concat([Buffer.from([0x40 + bytes.length]), bytes])
  return Buffer.concat([Buffer.from([0x58, bytes.length]), bytes])
}

function opensslVerifies(message: Buffer, signature: Buffer): boolean {
  const file = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder.path, name), bytes)
    return join(folder.path, name)
  }
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), signer.publicKey])
  const args = ['-pubin', '-keyform', 'DER', '-inkey', file('key.der', spki), '-sigfile', file('signature', signature)]
  return works('openssl', 'pkeyutl', '-verify', '-rawin', '-in', file('message', message), ...args)
}
