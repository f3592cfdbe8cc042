import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

// The one certificate that a gateway needs: X.509 v3 (RFC 5280), signed by itself. Nobody trusts its name or its dates; what
// counts is the public key, whose hash is enrolled. Node reads certificates but does not make them, so this writes the few
// lines of DER (X.690) that such a certificate is.

const [INTEGER, BIT_STRING, OCTET_STRING, UTF8_STRING, SEQUENCE, SET] = [0x02, 0x03, 0x04, 0x0c, 0x30, 0x31]
const [UTC_TIME, GENERALIZED_TIME] = [0x17, 0x18]
const [VERSION, EXTENSIONS] = [0xa0, 0xa3]

/** Object identifiers, in DER. */
const ECDSA_WITH_SHA256 = oid('2a8648ce3d040302')
const COMMON_NAME = oid('550403')
const KEY_USAGE = oid('551d0f')
const EXTENDED_KEY_USAGE = oid('551d25')
const CLIENT_AUTH = oid('2b06010505070302')

const VERSION_3 = Buffer.of(2)
const SERIAL_BYTES = 16
/** A gateway may not know the time when it makes this: both dates are fixed, the latter is RFC 5280's for "no end" (§4.1.2.5). */
const NOT_BEFORE = '260101000000Z'
const NEVER_ENDS = '99991231235959Z'

/** A new P-256 private key, PKCS#8 PEM: what every TLS library speaks. */
export function newTlsKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** A certificate of this P-256 key under this name, signed by the key itself, PEM. */
export function selfSigned(keyPem: string, commonName: string): string {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName, 'utf8')))))
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256)
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, VERSION_3)),
    der(INTEGER, serial()),
    algorithm,
    name,
    der(SEQUENCE, der(UTC_TIME, Buffer.from(NOT_BEFORE)), der(GENERALIZED_TIME, Buffer.from(NEVER_ENDS))),
    name,
    publicKeyInfo(keyPem),
    der(EXTENSIONS, der(SEQUENCE, ...extensions())),
  )
  const signature = sign('sha256', content, createPrivateKey(keyPem))
  const certificate = der(SEQUENCE, content, algorithm, der(BIT_STRING, Buffer.of(0), signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** base64url SHA-256 of the key's SubjectPublicKeyInfo (RFC 7469 §2.4): what the enrolment names. */
export function tlsKeyHash(keyPem: string): string {
  return createHash('sha256').update(publicKeyInfo(keyPem)).digest('base64url')
}

function publicKeyInfo(keyPem: string): Buffer {
  return createPublicKey(keyPem).export({ type: 'spki', format: 'der' })
}

/** It signs handshakes, as a client, and nothing else. */
function extensions(): Buffer[] {
  const digitalSignature = der(BIT_STRING, Buffer.of(7, 0x80))
  return [
    der(SEQUENCE, KEY_USAGE, der(0x01, Buffer.of(0xff)), der(OCTET_STRING, digitalSignature)),
    der(SEQUENCE, EXTENDED_KEY_USAGE, der(OCTET_STRING, der(SEQUENCE, CLIENT_AUTH))),
  ]
}

/** Positive and in its shortest form: the first byte is neither 0 nor negative. */
function serial(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** Tag, length in as few bytes as it takes, contents. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}
