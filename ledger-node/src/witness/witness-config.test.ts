import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatPolicy, formatVerifierKey } from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { type Config, readConfig } from '../config.ts'

const vkey = (name: string, n: number, type = 4): string => formatVerifierKey(name, type, new Uint8Array(32).fill(n))
const LOG = vkey('log.example', 9, 1)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

async function read(yaml: string): Promise<Config> {
  const file = join(folder.path, 'ledger.yaml')
  await writeFile(file, `data: ledger\n${yaml}`)
  return readConfig(file)
}

const two = `witnesses:
  - { name: a, url: "http://a.example/", vkey: "${vkey('a.example', 1)}" }
  - { url: "https://b.example", vkey: "${vkey('b.example', 2)}" }
`

describe('witnesses in the configuration', () => {
  test('are a policy: more than half of them, unless told', async () => {
    const { policy } = await read(two)
    expect(formatPolicy(policy!)).toBe(
      `witness a ${vkey('a.example', 1)} http://a.example\n` +
        `witness b.example ${vkey('b.example', 2)} https://b.example\n` +
        'group witnesses 2 a b.example\nquorum witnesses\n',
    )
    expect((await read(`${two}quorum: 1\n`)).policy?.groups[0]?.threshold).toBe(1)
    expect((await read(`${two}quorum: 0\n`)).policy).toMatchObject({ groups: [], quorum: 'none' })
    expect((await read('')).policy).toBeUndefined()
  })

  test('may be a policy file, beside the configuration', async () => {
    await writeFile(join(folder.path, 'policy'), `log ${LOG}\nwitness w ${vkey('w.example', 3)}\nquorum w\n`)
    expect((await read('policy: policy\n')).policy).toMatchObject({ quorum: 'w' })
  })

  test('and other logs to cosign, by key', async () => {
    expect((await read(`witness: { logs: ["${LOG}"] }\n`)).witness?.logs[0]).toMatchObject({ name: 'log.example' })
    const { witness } = await readConfig(undefined, { data: 'x', 'witness.logs': [LOG] })
    expect(witness?.logs).toHaveLength(1)
  })

  test.each([
    ['quorum: 1\n', 'quorum: of which witnesses'],
    [`${two}quorum: 3\n`, 'witnesses: POLICY_MALFORMED'],
    [`${two}quorum: -1\n`, 'quorum:'],
    [`${two}policy: policy\n`, 'policy: a policy file says itself'],
    ['policy: missing\n', 'policy: '],
    ['witnesses: [{ url: "http://a.example", vkey: "x" }]\n', 'witnesses.0.vkey: expected the key of a witness'],
    [`witnesses: [{ url: "http://a.example", vkey: "${LOG}" }]\n`, 'witnesses.0.vkey: expected the key of a witness'],
    [`witnesses: [{ url: "ftp://a", vkey: "${vkey('a', 1)}" }]\n`, 'witnesses.0.url'],
    [`witnesses: [{ name: "a b", url: "http://a", vkey: "${vkey('a', 1)}" }]\n`, 'witnesses: '],
    [`witness: { logs: ["${vkey('a', 1)}"] }\n`, 'witness.logs.0: expected the key of a log'],
  ])('that cannot be are told: %j', async (yaml, told) => {
    await expect(read(yaml)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(told) })
  })
})
