import { execFileSync } from 'node:child_process'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { publicKeyOf, toBase64 } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from './_harness.ts'
import { keyPath, loadKey, makeKey } from './keys.ts'

let folder: string
let remove: () => Promise<void>
beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
})
afterEach(() => remove())

describe('key files', () => {
  test('are made for the owner alone, and read back as the same key', async () => {
    const path = keyPath(folder, 'log')
    const made = await makeKey(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const loaded = await loadKey(path)
    expect(loaded.publicKey).toEqual(made.publicKey)
    expect(loaded.sign(new Uint8Array(3))).toEqual(made.sign(new Uint8Array(3)))
    await expect(makeKey(path)).rejects.toMatchObject({ code: 'EEXIST' })
  })

  test.each([0o640, 0o604, 0o660, 0o644, 0o777])('with mode %o are refused', async (mode) => {
    const path = keyPath(folder, 'log')
    await makeKey(path)
    await chmod(path, mode)
    await expect(loadKey(path)).rejects.toMatchObject({ code: 'KEY_FILE_MODE' })
  })

  test('that are missing or hold something else are refused without a word of what they hold', async () => {
    const path = keyPath(folder, 'log')
    await expect(loadKey(path)).rejects.toMatchObject({ code: 'KEY_FILE_MISSING' })
    await makeKey(path)
    const pem = await readFile(path, 'utf8')
    for (const content of [
      '',
      'secret',
      pem.slice(0, 60),
      pem.replace('PRIVATE', 'PUBLIC'),
      pem.replace(/\n\w/, '\n!'),
    ]) {
      await writeFile(path, content)
      const error: unknown = await loadKey(path).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'KEY_FILE_MALFORMED', message: path })
    }
  })

  test('are PKCS#8 that other tools read', async () => {
    const path = keyPath(folder, 'log')
    const { publicKey } = await makeKey(path)
    let der: Buffer
    try {
      der = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'DER'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    } catch {
      return
    }
    expect(toBase64(new Uint8Array(der.subarray(-32)))).toBe(toBase64(publicKey))
    expect(publicKeyOf(new Uint8Array(32))).toHaveLength(32)
  })
})
