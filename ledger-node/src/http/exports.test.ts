import * as crypto from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { canonicalJson, type Json, type Operation, type Recall } from '@tristamp/protocol'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { commissioned, itemUri, TestGateway, TestLedger, temporaryFolder } from '../_harness.ts'
import { CSV_COLUMNS } from '../exports/csv.ts'
import { main as ledgerMain } from '../main.ts'
import { main } from '../tristamp.ts'

const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const BOX = 'https://id.gs1.org/00/395060000000000016'
const STATION = 'https://id.gs1.org/414/9506000134307'
const RECALL = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'

let ledger: TestLedger
let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** Canonical JSON of what was recorded about the lot, in order. */
let recorded: string[]

beforeAll(async () => {
  folder = await temporaryFolder()
  ledger = await TestLedger.start()
  const gateway = new TestGateway('org', 'one')
  const words = (text: string): { zh: string; en: string } => ({ zh: `${text} 中`, en: text })
  const roles = ['commission', 'pack', 'ship', 'receive', 'observe']
  const recall: Recall = {
    op: 'recall',
    id: RECALL,
    org: 'org',
    subjects: [LOT],
    class: 2,
    reason: words('=reason'),
    hazard: words('hazard'),
    consumer: words('consumer'),
    holder: words('holder'),
    drill: true,
  }
  await ledger.enrol(
    { op: 'enrol-organisation', org: 'org', party: 'https://id.gs1.org/417/9506000134307', name: words('Org') },
    {
      op: 'register-place',
      org: 'org',
      place: STATION,
      name: words('Station'),
      address: words('1 Road'),
      zone: 'Asia/Shanghai',
    },
    { ...gateway.operation, roles } as Operation,
    recall,
  )
  const { epcList: _, ilmd: __, action: ___, ...stamps } = commissioned('') as Record<string, Json>
  const step = (event: Record<string, Json>): Json => ({
    ...stamps,
    eventID: `urn:uuid:${crypto.randomUUID()}`,
    ...event,
  })
  const pack = { type: 'AggregationEvent', action: 'ADD', bizStep: 'packing', parentID: BOX }
  const events: Json[] = [
    commissioned(itemUri('A1')),
    commissioned(itemUri('A2')),
    step({ ...pack, childEPCs: [itemUri('A1'), itemUri('A2')] }),
    step({ action: 'OBSERVE', bizStep: 'shipping', disposition: 'in_transit', epcList: [BOX] }),
  ]
  const other = { ...(commissioned(itemUri('Z')) as Record<string, Json>), ilmd: { 'cbvmda:lotNumber': 'OTHER' } }
  const answer = await ledger.post(gateway.batchOf([...events, other]))
  expect(answer.status).toBe(201)
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
  recorded = events.map((event) => canonicalJson(event))
}, 120_000)
afterAll(async () => {
  await ledger.remove()
  await folder.remove()
})
afterEach(() => vi.restoreAllMocks())

const path = (form: string, query: Record<string, string> = { subject: LOT }): string =>
  `/v1/exports/${form}?${new URLSearchParams(query)}`

async function get(form: string, query?: Record<string, string>): Promise<Response> {
  let answer = await ledger.get(path(form, query))
  for (let i = 0; answer.status === 503 && i < 600; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer = await ledger.get(path(form, query))
  }
  return answer
}

async function bytesOf(form: string, query?: Record<string, string>): Promise<Uint8Array> {
  const answer = await get(form, query)
  expect(answer.status).toBe(200)
  return new Uint8Array(await answer.arrayBuffer())
}

/** The files of a ustar archive. */
function untar(bytes: Uint8Array): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const buffer = Buffer.from(bytes)
  for (let at = 0; buffer[at] !== 0 && at < buffer.length; ) {
    const field = (from: number, length: number): string =>
      buffer.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12), 8)
    const sum = Buffer.from(buffer.subarray(at, at + 512))
      .fill(' ', 148, 156)
      .reduce((a, b) => a + b, 0)
    expect(Number.parseInt(field(148, 8), 8)).toBe(sum)
    files.set(field(0, 100), buffer.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

test('a workbook, with a name that any system takes', async () => {
  const answer = await get('fsma204.xlsx')
  expect(answer.headers.get('Content-Type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  expect(answer.headers.get('Content-Disposition')).toMatch(
    /^attachment; filename="tristamp-fsma204-09506000134352-L7-\d+\.xlsx"$/,
  )
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()))
  const texts = strFromU8(files['xl/sharedStrings.xml']!)
  for (const text of ['Shipping', LOT, 'Station / Station 中', '(not recorded)', BOX]) expect(texts).toContain(text)
  expect(texts).not.toContain('OTHER')
})

test('a table of every event of the lot, as they were recorded', async () => {
  const answer = await get('events.csv')
  expect(answer.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
  const text = Buffer.from(await answer.arrayBuffer()).toString('utf8')
  expect(text.startsWith(`\uFEFF${CSV_COLUMNS.join(',')}\r\n`)).toBe(true)
  const rows = text.trimEnd().split('\r\n').slice(1)
  expect(new Set(rows.map((row) => row.split(',')[2]))).toEqual(
    new Set(recorded.map((event) => (JSON.parse(event) as { eventID: string }).eventID)),
  )
})

test('an EPCIS document in which each event is what was signed', async () => {
  const document = JSON.parse(Buffer.from(await bytesOf('epcis.jsonld')).toString('utf8')) as {
    type: string
    epcisBody: { eventList: Json[] }
    'tristamp:export': { incomplete: string[] }
  }
  expect(document.type).toBe('EPCISDocument')
  expect(document.epcisBody.eventList.map((event) => canonicalJson(event))).toEqual(recorded)
  expect(document['tristamp:export'].incomplete).toEqual([])
})

test('an archive that tristamp verify checks with no server, and that shows what was changed', async () => {
  const files = untar(gunzipSync(await bytesOf('proofs.tar.gz')))
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), bytes)
  }
  const proofs = [...files.keys()].filter((name) => name.startsWith('bundles/') || name.startsWith('statements/'))
  expect(proofs.filter((name) => name.startsWith('bundles/'))).not.toEqual([])
  expect(proofs.filter((name) => name.startsWith('statements/'))).toHaveLength(1)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  // Offline means offline.
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('a request was made'))
  const verify = (name: string): Promise<number> =>
    main(['verify', join(folder.path, name), '--policy', join(folder.path, 'policy')])
  // A recall of a drill does not turn the verdict.
  for (const name of proofs) expect([name, await verify(name)]).toEqual([name, 0])
  const bundle = join(folder.path, proofs[0]!)
  const bytes = await readFile(bundle)
  const at = bytes.indexOf('commissioning')
  bytes[at] = 'C'.charCodeAt(0)
  await writeFile(bundle, bytes)
  expect(await verify(proofs[0]!)).toBe(1)

  const index = JSON.parse(files.get('index.json')!.toString('utf8')) as {
    bundles: { file: string; sha256: string; events: [number, number][] }[]
    unbundled: unknown[]
  }
  expect(index.unbundled).toEqual([])
  expect(index.bundles.flatMap(({ events }) => events)).toHaveLength(recorded.length)
  const lines = files.get('events.jsonl')!.toString('utf8').trimEnd().split('\n')
  lines.forEach((line, i) => {
    expect(line.endsWith(`"event":${recorded[i]}}`)).toBe(true)
  })
  for (const line of files.get('SHA256SUMS')!.toString('utf8').trimEnd().split('\n')) {
    const [sum, name] = line.split('  ') as [string, string]
    expect(crypto.createHash('sha256').update(files.get(name)!).digest('hex')).toBe(sum)
  }
  for (const lang of ['zh', 'en'])
    expect(files.get(`README.${lang}.txt`)!.toString('utf8')).toContain('tristamp verify')
})

test('what a recall reports in China, by its law, from when it was recorded or from when one says', async () => {
  const read = async (query: Record<string, string>): Promise<Record<string, never>> =>
    JSON.parse(Buffer.from(await bytesOf('recall-cn.json', { recall: RECALL, ...query })).toString('utf8')) as Record<
      string,
      never
    >
  const food = await read({ law: 'food' })
  expect(food).toMatchObject({
    class: 2,
    drill: true,
    begin: { basis: 'recorded' },
    deadline: { hours: 48, overdue: false },
  })
  expect(food['progress']).toEqual([
    expect.objectContaining({
      totals: expect.objectContaining({ shipped: 2000, found: 0, unaccounted: 2000 }),
      places: [expect.objectContaining({ shipped: 2000, state: 'unanswered' })],
    }),
  ])
  const medicine = await read({ law: 'medicine', begin: '2020-01-01T00:00:00.000Z' })
  expect(medicine).toMatchObject({
    begin: { at: '2020-01-01T00:00:00.000Z', basis: 'told' },
    deadline: { hours: 72, at: '2020-01-04T00:00:00.000Z', overdue: true },
  })
  const book = unzipSync(await bytesOf('recall-cn.xlsx', { recall: RECALL, law: 'food' }))
  const texts = strFromU8(book['xl/sharedStrings.xml']!)
  for (const text of ['食品召回管理办法', '演练', '=reason', LOT, '(not recorded)']) expect(texts).toContain(text)
})

test('of a place and of a time alone', async () => {
  const rows = async (query: Record<string, string>): Promise<number> =>
    Buffer.from(await bytesOf('events.csv', query))
      .toString('utf8')
      .trimEnd()
      .split('\r\n').length - 1
  expect(await rows({ place: STATION })).toBeGreaterThan(recorded.length)
  expect(await rows({ subject: LOT, from: '2026-11-23' })).toBe(0)
  expect(await rows({ subject: LOT, to: '2026-11-23' })).toBeGreaterThan(0)
})

test('a reader that goes away leaves its place to others', async () => {
  await get('epcis.jsonld')
  for (let i = 0; i < 8; i++) {
    const gone = new AbortController()
    const answer = ledger.get(path('proofs.tar.gz'), { signal: gone.signal })
    gone.abort()
    await expect(answer).rejects.toThrow()
  }
  // Four at a time: were their places still taken, this would be refused for ever.
  expect((await bytesOf('events.csv')).length).toBeGreaterThan(0)
})

test('the program writes the file whole, and says its digest', async () => {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await get('epcis.jsonld')
  const file = join(folder.path, 'lot.jsonld')
  const ask = (...more: string[]): Promise<number> => ledgerMain(['export', '--node', ledger.url, '-o', file, ...more])
  expect(await ask('--form', 'epcis.jsonld', '--subject', LOT)).toBe(0)
  expect(out).toContain(
    crypto
      .createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  )
  expect(await ask('--form', 'nothing', '--subject', LOT)).toBe(2)
  expect(await ask('--form', 'events.csv')).toBe(2)
  expect(await ask('--form', 'events.csv', '--recall', RECALL)).toBe(2)
  expect(await ask('--form', 'events.csv', '--subject', itemUri('NOBODY'))).toBe(1)
})

test('what cannot be asked is refused with a code', async () => {
  const codes = async (form: string, query: Record<string, string>): Promise<unknown> =>
    ((await (await get(form, query)).json()) as { code: unknown }).code
  expect(await codes('nothing.xlsx', { subject: LOT })).toBe('NOT_FOUND')
  expect(await codes('events.csv', {})).toBe('REQUEST_QUERY')
  expect(await codes('events.csv', { subject: itemUri('NOBODY') })).toBe('NOT_FOUND')
  expect(await codes('events.csv', { subject: LOT, from: '2026-11-23', to: '2026-11-22' })).toBe('REQUEST_QUERY')
  expect(await codes('events.csv', { subject: LOT, place: 'nowhere' })).toBe('REQUEST_QUERY')
  expect(await codes('recall-cn.json', { recall: RECALL })).toBe('REQUEST_QUERY')
  expect(await codes('recall-cn.json', { recall: RECALL.replace('5', '6'), law: 'food' })).toBe('NOT_FOUND')
  expect(await codes('recall-cn.json', { recall: '../etc', law: 'food' })).toBe('REQUEST_QUERY')
})
