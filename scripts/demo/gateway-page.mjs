import { randomBytes, randomInt, scryptSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { freePort } from './network.mjs'

/**
 * The page of one gateway of the demo: `{ config, url, pin }`, its place in the gateway's configuration, its address and the PIN that opens its keys.
 * Port and PIN are made once and kept in a file that only its owner reads.
 */
export async function readGatewayPage(file) {
  const kept = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { pin: String(randomInt(100_000, 1_000_000)) }
  const { pin } = kept
  const port = await freePort(kept.port)
  writeFileSync(file, `${JSON.stringify({ port, pin })}\n`, { mode: 0o600 })
  return { config: { host: '127.0.0.1', port, pin: hashOf(pin) }, url: `http://127.0.0.1:${port}/`, pin }
}

/** As `tristamp-agent pin` prints it. */
function hashOf(pin) {
  const salt = randomBytes(16)
  const hash = scryptSync(pin, salt, 32, { N: 2 ** 14, r: 8, p: 1 })
  return `$scrypt$ln=14,r=8,p=1$${salt.toString('base64url')}$${hash.toString('base64url')}`
}
