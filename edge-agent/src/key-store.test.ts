import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeBatch, parseStatement, publicKeyOf, verifyOnNode } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import type { AgentConfig, KeyConfig } from './config.ts'
import type { AgentError } from './error.ts'
import { initAgent } from './init.ts'
import { nodeCrypto, readSecret } from './key-file.ts'
import { meetKey, memoryKey, openKey } from './key-store.ts'
import { openSigner } from './open-signer.ts'
import { openOutbox } from './repair.ts'
import { Signer } from './signer.ts'

const seed = new Uint8Array(32).fill(4)
const publicKey = publicKeyOf(seed)
const message = new Uint8Array(500).fill(7)
const folder = (): string => mkdtempSync(join(tmpdir(), 'tristamp-key-'))

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: AgentError) => `${error.code} ${String(error.fields['why'])}`,
  )
}

/** A program that signs with a key file, as an operator's own may. */
function command(dir: string, body: string, timeoutMs = 60_000, key = publicKey): KeyConfig & { type: 'command' } {
  const file = join(dir, 'sign.mjs')
  writeFileSync(
    file,
    `import { sign, createPrivateKey } from 'node:crypto'
const parts = []
for await (const part of process.stdin) parts.push(part)
const message = Buffer.concat(parts)
const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from('${Buffer.from(seed).toString('hex')}', 'hex')])
const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
${body}`,
  )
  return { type: 'command', sign: [process.execPath, file], publicKey: key, timeoutMs }
}

describe('a key that a program keeps', () => {
  it('signs the same as one in memory', async () => {
    const dir = folder()
    const store = await meetKey(command(dir, 'process.stdout.write(sign(null, message, key))'), join(dir, 'public-key'))
    expect(await store.sign(message)).toEqual(await memoryKey(seed).sign(message))
    expect(openKey(command(dir, ''), join(dir, 'public-key')).publicKey).toEqual(publicKey)
  })

  it.each([
    ['says too little', 'process.stdout.write(sign(null, message, key).subarray(1))', /63 bytes/],
    ['signs something else', 'process.stdout.write(sign(null, message.subarray(1), key))', /not by the key/],
    ['ends in trouble', 'console.error("no card"); process.exit(3)', /no card/],
    ['says too much', 'process.stdout.write(Buffer.alloc(1e6))', /KEY_STORE/],
  ])('is told when the program %s', async (_, body, why) => {
    expect(await codeOf(openKey(command(folder(), body), '').sign(message))).toMatch(why)
  })

  it('is told when the program hangs, or is not there', async () => {
    expect(await codeOf(openKey(command(folder(), 'setInterval(() => 1, 1000)', 300), '').sign(message))).toMatch(
      /no answer in 300 ms/,
    )
    const gone: KeyConfig = { type: 'command', sign: ['/nowhere'], publicKey, timeoutMs: 1000 }
    expect(await codeOf(openKey(gone, '').sign(message))).toMatch(/KEY_STORE .*ENOENT/)
  })

  it('holds nothing up while it is slow, and loses nothing while it fails', { timeout: 120_000 }, async () => {
    const dir = folder()
    const [flag, go] = [join(dir, 'works'), join(dir, 'go')]
    const body = `import { existsSync } from 'node:fs'
if (!existsSync(${JSON.stringify(flag)})) process.exit(1)
while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20))
process.stdout.write(sign(null, message, key))`
    const config: AgentConfig = { ...gatewayConfig(), key: command(dir, body) }
    for (const file of [flag, go]) writeFileSync(file, '')
    await initAgent(config)
    const signer = openSigner(config)
    const { store, outbox } = await openOutbox(join(config.data, 'outbox'), config.data, signer)
    const signOnce = (): Promise<boolean> => outbox.sign(10, (events, at) => signer.signBatch(events, at, 0))
    await outbox.accept([message], [])
    for (const file of [flag, go]) rmSync(file)
    expect(await codeOf(signOnce())).toMatch(/KEY_STORE/)
    expect([outbox.unsigned, outbox.nextSeq]).toEqual([1, 0])
    writeFileSync(flag, '')
    const order: string[] = []
    const signing = signOnce().then((signed) => {
      order.push('signed')
      return signed
    })
    await outbox.accept([message], []).then(() => order.push('accepted'))
    writeFileSync(go, '')
    expect(await signing).toBe(true)
    expect(order).toEqual(['accepted', 'signed'])
    expect([outbox.unsigned, outbox.nextSeq]).toEqual([1, 1])
    const { statement, events } = decodeBatch(await outbox.batch(0))
    expect([parseStatement(statement).header.seq, events.length]).toEqual([0, 1])
    await store.close()
  })
})

const MODULE = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
].find((path) => existsSync(path))
const hasTools =
  MODULE !== undefined && ['softhsm2-util', 'pkcs11-tool'].every((tool) => spawnSync('which', [tool]).status === 0)
if (!hasTools) console.log('SoftHSM: not installed (apt-get install softhsm2 opensc); its tests are left out')

describe.skipIf(!hasTools)('a key in a PKCS#11 token', () => {
  function token(): KeyConfig & { type: 'pkcs11' } {
    const dir = folder()
    mkdirSync(join(dir, 'tokens'))
    writeFileSync(
      join(dir, 'softhsm2.conf'),
      `directories.tokendir = ${join(dir, 'tokens')}\nobjectstore.backend = file\n`,
    )
    process.env['SOFTHSM2_CONF'] = join(dir, 'softhsm2.conf')
    const quietly = { stdio: 'pipe' } as const
    execFileSync(
      'softhsm2-util',
      ['--init-token', '--free', '--label', 'gw', '--pin', '1234', '--so-pin', '5678'],
      quietly,
    )
    const made = ['--keypairgen', '--key-type', 'EC:edwards25519', '--id', '01']
    execFileSync(
      'pkcs11-tool',
      ['--module', MODULE!, '--token-label', 'gw', '--login', '--pin', '1234', ...made],
      quietly,
    )
    const pinFile = join(dir, 'pin')
    writeFileSync(pinFile, '1234\n', { mode: 0o600 })
    return { type: 'pkcs11', module: MODULE!, token: 'gw', id: '01', pinFile, tool: 'pkcs11-tool', timeoutMs: 5000 }
  }

  it('signs statements that the ledger’s rule takes, and its public half is remembered', async () => {
    const key = token()
    const file = join(folder(), 'public-key')
    const met = await meetKey(key, file)
    const store = openKey(key, file)
    expect(store.publicKey).toEqual(met.publicKey)
    expect(verifyOnNode(nodeCrypto)(store.publicKey, message, await store.sign(message))).toBe(true)
    const signer = new Signer(store, {
      uri: 'https://id.gs1.org/8004/9506000134GW1',
      station: 'https://id.gs1.org/414/9506000134307',
    })
    const salted = { salt: new Uint8Array(16), event: message }
    const { payload } = await signer.signBatch([salted], { seq: 0, prev: new Uint8Array(32) }, 0)
    const { statement } = decodeBatch(payload)
    const { header, signed, signature } = parseStatement(statement)
    expect(header.kid).toEqual(signer.kid)
    expect(verifyOnNode(nodeCrypto)(store.publicKey, signed, signature)).toBe(true)
  })

  it('is the key of a gateway from its init on, and never in a file', async () => {
    const config: AgentConfig = { ...gatewayConfig(), key: token() }
    const { request, made } = await initAgent(config)
    expect(made).toBe(true)
    expect(existsSync(join(config.data, 'key.pem'))).toBe(false)
    expect(readFileSync(join(config.data, 'public-key'), 'utf8').split(' ')[0]).toBe(request.key)
    expect((await initAgent(config)).made).toBe(false)
    expect(createHash('sha256').update(openSigner(config).publicKey).digest()).toHaveLength(32)
  })

  it('is told with a wrong PIN, a PIN that others may read, and another id', async () => {
    const key = token()
    const file = join(folder(), 'public-key')
    await meetKey(key, file)
    writeFileSync(key.pinFile, '9999\n')
    const store = openKey(key, file)
    expect(await codeOf(store.sign(message))).toMatch(/KEY_STORE .*CKR_PIN_INCORRECT/)
    // A token that is asked again and again locks itself.
    expect(await codeOf(store.sign(message))).toMatch(/KEY_STORE .*tried again when the file has changed/)
    writeFileSync(key.pinFile, '1234\n')
    expect(await store.sign(message)).toHaveLength(64)
    chmodSync(key.pinFile, 0o644)
    expect(await codeOf(openKey(key, file).sign(message))).toMatch(/KEY_MODE/)
    expect(await codeOf(meetKey({ ...key, id: '02' }, file))).toMatch(/KEY_STORE/)
  })
})

describe('a secret file', () => {
  it('is for its owner, who runs the gateway', () => {
    const file = join(folder(), 'pin')
    writeFileSync(file, '1234\n', { mode: 0o600 })
    const uid = statSync(file).uid
    expect(readSecret(file, uid)).toBe('1234\n')
    const code = (): string => {
      try {
        return readSecret(file, uid + 1)
      } catch (error) {
        return (error as AgentError).code
      }
    }
    expect(code()).toBe('KEY_OWNER')
  })
})
