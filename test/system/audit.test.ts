import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'
import { formatVerifierKey, publicKeyOf } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Child, type Exit } from '../_harness/child.ts'
import { loginOf, TestClient } from '../_harness/client.ts'
import { copyOf, temporaryFolder } from '../_harness/folder.ts'
import { commissioned, item, ORGANISATION } from '../_harness/goods.ts'
import { ORIGIN, TestLedger } from '../_harness/ledger.ts'
import { TestSigner } from '../_harness/signer.ts'
import { flip, signedByAThief } from '../_harness/tampering.ts'
import { buildAuditor } from '../_harness/tools.ts'

// One ledger, audited in every form that it can be had in: a running node, its folder, an archive, an archive behind a server of static
// files. Long enough that threads take part, and that a tile is full.

const BATCHES = 300
const EVENTS = 2600
const folder = temporaryFolder()
const auditor = buildAuditor(mkdir(join(folder.path, 'xmod-audit')))
const archive = join(folder.path, 'archive')
const early = join(folder.path, 'early-checkpoint')
const policy = join(folder.path, 'policy')
/** A key that has signed nothing. */
const STRANGER = publicKeyOf(new Uint8Array(32).fill(1))
const WITNESS = `witness w ${formatVerifierKey('witness.example/w', 4, STRANGER)}`
const servers: Server[] = []
let ledger: TestLedger
let signer: TestSigner
let ok: RegExp

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  signer = new TestSigner('farm')
  await ledger.enrol(ORGANISATION, signer.enrolment())
  await ledger.sealed(2)
  writeFileSync(early, await ledger.bytes('/checkpoint'))
  const before = await ledger.size()
  await using client = await TestClient.connect(ledger, loginOf(signer))
  const sizes = Array.from({ length: BATCHES }, (_, i) => (i === 0 ? EVENTS - 8 * (BATCHES - 1) : 8))
  const batches = sizes.map((size, i) =>
    signer.batch(...Array.from({ length: size }, (_, k) => commissioned(item(`S${i}-${k}`)))),
  )
  await Promise.all(batches.map((batch) => client.send(batch)))
  await ledger.sealed(before + BATCHES)
  writeFileSync(policy, await ledger.bytes('/v1/policy'))
  ok = new RegExp(
    `^ok ${await ledger.size()} entries \\(\\d+ seals\\), ${EVENTS + 3} events; checkpoint over ${await ledger.size()} `,
    'm',
  )
  const { exit, out, err } = await run('archive', '--node', ledger.url, '-o', archive)
  // On a busy machine it tells how far it is.
  expect(err.replace(/^\d+ of \d+ \(\d+ %\) entries, .*\n/gm, '')).toBe('')
  expect(out).toMatch(ok)
  expect(exit).toBe(0)
})

afterAll(async () => {
  for (const server of servers) server.close()
  await ledger?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('tristamp-ledger audit', () => {
  it('passes the node, the archive, and the archive behind a server of static files, with threads and without', async () => {
    for (const where of [ledger.url, archive, await serve(archive)])
      for (const threads of ['0', '2']) {
        const { exit, out, err } = await run('audit', where, '--threads', threads, '--policy', policy)
        expect(out, err).toMatch(ok)
        expect(exit).toBe(0)
      }
  })

  it('gives the same as JSON', async () => {
    const { exit, out } = await run('audit', archive, '--json')
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ ok: true, events: EVENTS + 3, notes: [], checkpoint: { cosigned: [] } })
  })

  it('refuses another log key, and cosignatures that are not there', async () => {
    const text = readFileSync(policy, 'utf8')
    const other = write('other-policy', text.replace(/^log \S+/m, `log ${formatVerifierKey(ORIGIN, 1, STRANGER)}`))
    const wanted = write('wanted-policy', text.replace(/^quorum .*$/m, `${WITNESS}\nquorum w`))
    expect((await run('audit', archive, '--policy', other)).exit).toBe(1)
    const { exit, out } = await run('audit', archive, '--policy', wanted)
    expect(out).toMatch(/^FLAW .*checkpoint field cosignatures: fewer cosignatures than the policy wants: none$/m)
    expect(exit).toBe(1)
  })

  it('remembers, and demands that the ledger continues what was audited before', async () => {
    const remember = join(folder.path, 'remembered')
    cpSync(early, remember)
    expect((await run('audit', archive, '--remember', remember)).out).toMatch(ok)
    expect(readFileSync(remember)).toEqual(readFileSync(join(archive, 'checkpoint')))
    const [origin, size, root, ...rest] = readFileSync(remember, 'utf8').split('\n')
    const grown = write('grown', [origin, Number(size) + 1, root, ...rest].join('\n'))
    expect((await run('audit', archive, '--remember', grown)).out).toMatch(/checkpoint field LEDGER_ROLLBACK: /)
    const forked = write('forked', [origin, size, `A${root!.slice(1)}`, ...rest].join('\n').replace(/^AA/m, 'BA'))
    expect((await run('audit', archive, '--remember', forked)).out).toMatch(
      /forked field LEDGER_FORK: audited before over /,
    )
  })

  const forgeries: [string, string, (bytes: Buffer) => void, RegExp][] = [
    [
      'a signature',
      'tile/entries/000',
      (b) => flip(b, 2 + b.readUInt16BE(0) - 1),
      /tile\/entries\/000 offset 0 entry 0 field SIGNATURE/,
    ],
    ['an entry', 'tile/entries/001', (b) => flip(b, -1 - 60), /tile\/entries\/001\S* offset \d+ entry \d+ field \S+: /],
    [
      'a length',
      'tile/entries/000',
      (b) => b.writeUInt16BE(9, 0),
      /tile\/entries\/000 entry \d+ field (?:TILE_SIZE|missing)/,
    ],
    [
      'a hash',
      'tile/0/000',
      (b) => flip(b, 32 * 7),
      /tile\/0\/000 offset 224 entry 7 field hash of entry 7: the tile has /,
    ],
    ['a hash above', 'tile/1/000', (b) => flip(b, 0), /tile\/1\/000\.p\/\d+ offset 0 field hash 0 of level 1/],
    [
      'an event',
      'events/',
      (b) => flip(b, b.indexOf('bizStep')),
      /tile\/entries\/000 offset \d+ entry \d+ field BATCH_ROOT/,
    ],
    ['the head of the events', 'events/', (b) => flip(b, 0), /events\/0{16} entry 0 field BATCH_MALFORMED/],
    [
      'the root',
      'checkpoint',
      // Another letter of base64, whichever it was: a root that cannot be read is refused with another code.
      (b) => {
        const at = b.indexOf('\n', b.indexOf('\n') + 1) + 3
        b.write(b[at] === 0x41 ? 'B' : 'A', at)
      },
      /checkpoint field signature: .*NOTE_SIGNATURE/,
    ],
  ]
  it.each(forgeries)(
    'locates %s that was changed in an archive, as does the script in it',
    async (_what, path, change, flaw) => {
      using copy = copyOf(archive)
      const file = filesIn(copy.path).find((name) => name.startsWith(path))!
      const bytes = readFileSync(join(copy.path, file))
      change(bytes)
      writeFileSync(join(copy.path, file), bytes)
      const { exit, out } = await run('audit', copy.path)
      expect(out).toMatch(flaw)
      expect(exit).toBe(1)
      expect(byHand(copy.path).status).toBe(1)
    },
  )

  it('names what is missing', async () => {
    for (const [path, flaw] of [
      ['tile/0/000', /tile\/0\/000 field missing/],
      ['events/', /events\/0{16} field missing/],
      ['checkpoint', /checkpoint field missing/],
    ] as const) {
      using copy = copyOf(archive)
      rmSync(join(copy.path, filesIn(copy.path).find((name) => name.startsWith(path))!))
      for (const where of [copy.path, await serve(copy.path)]) expect((await run('audit', where)).out).toMatch(flaw)
    }
  })

  it('refuses a checkpoint by another key', async () => {
    using copy = copyOf(archive)
    const file = join(copy.path, 'checkpoint')
    writeFileSync(file, signedByAThief(readFileSync(file, 'utf8')))
    expect((await run('audit', copy.path)).out).toMatch(/checkpoint field signature: .*NOTE_UNSIGNED/)
    expect(byHand(copy.path).status).toBe(1)
  })
})

describe('an archive', () => {
  it('is audited by the script in it, without this program', () => {
    const { status, stdout, stderr } = byHand(archive, '--key', ledger.vkey)
    expect(stderr).toBe('')
    expect(stdout).toMatch(
      new RegExp(
        `^ok ledger\\.example/test: \\d+ entries \\(302 statements, \\d+ seals\\), ${EVENTS + 3} events, root \\S+\n$`,
      ),
    )
    expect(status).toBe(0)
  })

  it.skipIf(auditor === undefined)('is audited by golang.org/x/mod from a server of static files', async () => {
    const args = ['-url', await serve(archive), '-vkey', ledger.vkey, '-old', early]
    const { status, stdout, stderr } = await foreign(auditor!, args)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^ok ledger\.example\/test size \d+ root /m)
    expect(stdout).toMatch(/consistent \d+ -> \d+/)
    expect(status).toBe(0)
  })

  it('is the same from the folder of the node', async () => {
    const size = await ledger.size()
    expect(await ledger.stop()).toBe(0)
    const second = join(folder.path, 'from-the-folder')
    expect((await run('archive', '--data', ledger.data, '-o', second, '--policy', policy)).out).toMatch(ok)
    expect(filesIn(second)).toEqual(filesIn(archive))
    for (const file of filesIn(second))
      expect(readFileSync(join(second, file)), file).toEqual(readFileSync(join(archive, file)))
    expect((await run('audit', ledger.data, '--threads', '2')).out).toMatch(new RegExp(`^ok ${size} entries`))
    expect((await run('archive', '--data', ledger.data, '-o', second)).exit).toBe(2)
  })

  it('is none without a checkpoint, which it does not get from a ledger with a flaw', async () => {
    using copy = copyOf(ledger.data)
    const segment = join(copy.path, 'bodies', readdirSync(join(copy.path, 'bodies'))[0]!)
    const bytes = readFileSync(segment)
    flip(bytes, bytes.length - 5)
    writeFileSync(segment, bytes)
    const broken = join(folder.path, 'broken')
    const { exit, out } = await run('archive', '--data', copy.path, '-o', broken)
    expect(out).toMatch(/^FLAW .*bodies\/0+\.seg offset \d+ entry \d+ field crc/m)
    expect(exit).toBe(1)
    expect(existsSync(join(broken, 'checkpoint'))).toBe(false)
  })

  it('leaves out what was never signed', async () => {
    using copy = copyOf(ledger.data)
    appendFileSync(join(copy.path, 'entries', readdirSync(join(copy.path, 'entries'))[0]!), 'a torn app')
    const { out, err } = await run('archive', '--data', copy.path, '-o', join(folder.path, 'torn'))
    expect(out).toMatch(ok)
    expect(err).toMatch(/cut short and never acknowledged/)
  })
})

function run(...args: string[]): Promise<{ exit: Exit; out: string; err: string }> {
  return Child.run('ledger', args)
}

function byHand(path: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(path, 'audit.mjs'), ...args], { encoding: 'utf8' })
}

/** A program that asks this very process, which must go on meanwhile. */
async function foreign(
  program: string,
  args: string[],
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, args)
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, ...said }
}

/** Any server of static files. */
async function serve(path: string): Promise<string> {
  const server = createServer((req, res) => {
    const file = join(path, new URL(req.url!, 'http://x').pathname)
    if (existsSync(file) && statSync(file).isFile()) res.end(readFileSync(file))
    else res.writeHead(404).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort()
}

function write(name: string, content: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

function mkdir(path: string): string {
  mkdirSync(path)
  return path
}
