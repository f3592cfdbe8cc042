import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import * as crypto from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Ack,
  EVIDENCE_BYTES,
  evidenceId,
  evidenceUri,
  type Json,
  openAck,
  utf8,
  verifyOnNode,
} from '@tristamp/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { commissioned, itemUri, type TestGateway, TestLedger, temporaryFolder, until } from '../_harness.ts'
import { ArchiveFiles } from '../archive/archive-files.ts'
import { ArchivingSource } from '../archive/archiving-source.ts'
import { auditLedger } from '../audit/audit.ts'
import { withSource } from '../audit/command.ts'
import { nodeDisk } from '../disk.ts'
import { altered, from, Stage, TestFollower } from '../follow/_follow.ts'
import { keyPath, loadKey } from '../keys.ts'
import { verifySignature } from '../node-crypto.ts'
import { verifyLedger } from '../verify.ts'
import { EvidenceFolder, evidenceFile } from './evidence-folder.ts'
import { EvidenceIntake } from './evidence-intake.ts'
import { WantedEvidence } from './wanted-evidence.ts'

const SPECTRUM = utf8('{"type":"a spectrum"}')
const ID = evidenceId(SPECTRUM)

let ledger: TestLedger
let gateway: TestGateway
let client: MqttClient
let acks: Ack[]

beforeEach(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  acks = []
  await connect()
}, 120_000)
afterEach(async () => {
  await client.endAsync(true)
  await ledger.remove()
})

async function connect(): Promise<void> {
  const { org, gateway: name, password } = gateway
  const { publicKey } = await loadKey(keyPath(ledger.folder, 'ack'))
  client = await mqtt.connectAsync(ledger.node.mqttUrl, {
    clientId: `${org}.${name}`,
    username: `${org}/${name}`,
    password,
    clean: false,
    reconnectPeriod: 0,
  })
  client.on('message', (_, payload) => acks.push(openAck(new Uint8Array(payload), publicKey, verifyOnNode(crypto))))
  await client.subscribeAsync(`tristamp/v1/${org}/${name}/ack`, { qos: 1 })
}

const send = (channel: 'batch' | 'evidence' | 'evidence-lost', bytes: Uint8Array): Promise<unknown> =>
  client.publishAsync(`tristamp/v1/org/one/${channel}`, Buffer.from(bytes), { qos: 1 })

/** A batch of one event that names these pieces of evidence. */
function batchNaming(serial: string, ...ids: string[]): Uint8Array {
  const event = commissioned(itemUri(serial)) as { [name: string]: Json }
  delete event['tristamp:quality']
  event['sensorElementList'] = ids.map((id) => ({
    sensorMetadata: {
      deviceID: 'https://id.gs1.org/8004/9506000134SPEC1',
      startTime: '2026-11-22T01:00:00.000Z',
      endTime: '2026-11-22T01:02:00.000Z',
      rawData: evidenceUri(id),
    },
    sensorReport: [{ type: 'Temperature', value: 3, uom: 'CEL' }],
  }))
  return gateway.batchOf([event])
}

/** Records one event that names the sample. */
async function record(): Promise<number> {
  await send('evidence', SPECTRUM)
  await send('batch', batchNaming('E1', ID))
  await until(() => acks.some(({ kind }) => kind === 'ack'))
  const ack = acks.findLast(({ kind }) => kind === 'ack')!
  const entry = ack.kind === 'ack' ? ack.entry : 0
  await ledger.sealed(entry)
  return ledger.size()
}

describe('evidence', () => {
  test('a batch is committed only when what it names is here', async () => {
    const batch = batchNaming('E1', ID)
    await send('batch', batch)
    await until(() => acks.length > 0)
    expect(acks[0]).toMatchObject({ kind: 'expected', expected: 0, reason: 'EVIDENCE_MISSING', kid: gateway.kid })
    expect((await ledger.get(`/v1/evidence/${ID}`)).status).toBe(404)

    await send('evidence', SPECTRUM)
    await send('batch', batch)
    await until(() => acks.some(({ kind }) => kind === 'ack'))
    const answer = await ledger.get(`/v1/evidence/${ID}`)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(SPECTRUM)
    expect(answer.headers.get('cache-control')).toContain('immutable')
    expect(answer.headers.get('content-disposition')).toBe('attachment')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('that the disk does not give back is not there for readers, and holds up no follower', async () => {
    await record()
    await rm(new EvidenceFolder(nodeDisk, ledger.folder).pathOf(ID))
    await mkdir(new EvidenceFolder(nodeDisk, ledger.folder).pathOf(ID))
    expect((await ledger.get(`/v1/evidence/${ID}`)).status).toBe(404)
  })

  test('a batch that names thousands of pieces costs no look at the disk for each', () => {
    let looks = 0
    const folder = { has: () => ++looks < 0 } as unknown as EvidenceFolder
    const uris = Array.from({ length: 5000 }, (_, i) => evidenceUri(evidenceId(utf8(String(i)))))
    const event = { salt: new Uint8Array(16), event: utf8(JSON.stringify(uris)) }
    const lacks = new EvidenceIntake(folder).lacks([event], { org: 'org', gateway: 'one' })
    expect(lacks?.code).toBe('EVIDENCE_MISSING')
    expect(looks).toBe(1)
  })

  test('what its gateway declares lost is not waited for, and an audit tells', async () => {
    const batch = batchNaming('L1', ID)
    await send('batch', batch)
    await until(() => acks.length > 0)
    await send('evidence-lost', new Uint8Array(31))
    await send('evidence-lost', Buffer.from(ID, 'base64url'))
    await send('batch', batch)
    await until(() => acks.some(({ kind }) => kind === 'ack'))
    // Of this batch alone: the next one is asked for it again.
    gateway.seq++
    expect((await ledger.post(batchNaming('L2', ID))).status).toBe(409)
    await ledger.stop()
    const audit = await verifyLedger(ledger.folder, verifySignature)
    expect(audit.flaw).toBeUndefined()
    expect(audit.notes.join('\n')).toContain('1 pieces of evidence')
    await ledger.run()
  })

  test('it is on the disk when the batch is acknowledged, and there after a restart', async () => {
    await record()
    expect(await readFile(join(ledger.folder, 'evidence', 'sha-256', evidenceFile(ID)))).toEqual(Buffer.from(SPECTRUM))
    await ledger.stop()
    await ledger.run()
    expect((await ledger.get(`/v1/evidence/${ID}`)).status).toBe(200)
    // What is here need not be sent again.
    gateway.seq++
    expect((await ledger.post(batchNaming('E2', ID))).status).toBe(201)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['more than a piece may have', new Uint8Array(EVIDENCE_BYTES + 1)],
  ])('%s is not kept, and the connection goes on', async (_, bytes) => {
    await send('evidence', bytes)
    await send('batch', batchNaming('G1', evidenceId(bytes)))
    await until(() => acks.length > 0)
    expect(acks[0]).toMatchObject({ reason: 'EVIDENCE_MISSING' })
    expect((await ledger.get(`/v1/evidence/${evidenceId(bytes)}`)).status).toBe(404)
    expect(await (await ledger.get('/metrics')).text()).toMatch(/refusals_total\{code="EVIDENCE_SIZE"\} 1/)
  })

  test('no other name is looked for, and no other gateway’s topic taken', async () => {
    await record()
    for (const name of ['x', '../../keys', `${ID}x`, ID.toLowerCase(), encodeURIComponent('../checkpoint')])
      expect((await ledger.get(`/v1/evidence/${name}`)).status, name).toBe(404)
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    client.publish('tristamp/v1/org/two/evidence', Buffer.from(SPECTRUM), { qos: 1 })
    await closed
  })

  test('a follower brings it, and serves it itself', async () => {
    const size = await record()
    const follower = await TestFollower.start(ledger.url)
    await follower.reached(size)
    expect(new Uint8Array(await follower.bytes(`/v1/evidence/${ID}`))).toEqual(SPECTRUM)
    await follower.remove()
  })

  test.each<[string, string, () => Uint8Array | undefined]>([
    ['has it not', 'missing', () => undefined],
    ['changes it', 'altered', () => utf8('{"type":"another"}')],
  ])('a leader that %s holds nothing up, and it is told', async (_, why, change) => {
    const size = await record()
    const stage = await Stage.open(
      altered(
        from(() => ledger.url),
        /\/v1\/evidence\//,
        change,
      ),
    )
    const follower = await TestFollower.start(stage.url)
    await follower.reached(size)
    expect(follower.logs.join('\n')).toContain(`evidence ${ID} of the leader is ${why}`)
    expect((await follower.get(`/v1/evidence/${ID}`)).status).toBe(404)
    await follower.stop()
    const audit = await verifyLedger(follower.folder, verifySignature)
    expect(audit.flaw).toBeUndefined()
    expect(audit.notes.join('\n')).toContain(`1 pieces of evidence that events name are not here, first ${ID}`)
    await follower.run(stage.url)
    await follower.remove()
    await stage.close()
  })

  test('a follower asks again for what its leader once lacked, also after a restart', async () => {
    const size = await record()
    let has = false as boolean
    const stage = await Stage.open(
      altered(
        from(() => ledger.url),
        /\/v1\/evidence\//,
        (body) => (has ? body : undefined),
      ),
    )
    const follower = await TestFollower.start(stage.url)
    await follower.reached(size)
    expect((await follower.get(`/v1/evidence/${ID}`)).status).toBe(404)
    await follower.stop()
    has = true
    await follower.run(stage.url)
    await until(async () => (await follower.get(`/v1/evidence/${ID}`)).status === 200, 60_000)
    expect(new Uint8Array(await follower.bytes(`/v1/evidence/${ID}`))).toEqual(SPECTRUM)
    await follower.remove()
    await stage.close()
  })

  test('an audit finds damage, names what is missing, and looks at a node as well', async () => {
    await record()
    const online = await withSource(ledger.url, (source) => auditLedger(source, { verify: verifySignature }))
    expect(online).toMatchObject({ notes: [] })
    expect(online.flaw).toBeUndefined()
    await ledger.stop()
    const file = join(ledger.folder, 'evidence', 'sha-256', evidenceFile(ID))
    expect((await verifyLedger(ledger.folder, verifySignature)).notes).toEqual([])
    await writeFile(file, '{"type":"a spectrun"}')
    const { flaw } = await verifyLedger(ledger.folder, verifySignature)
    expect(flaw).toMatchObject({ file, field: 'evidence', detail: 'its digest is another' })
    await rm(file)
    const without = await verifyLedger(ledger.folder, verifySignature)
    expect(without.flaw).toBeUndefined()
    expect(without.notes.join('\n')).toContain('1 pieces of evidence')
    await ledger.run()
  })

  test('an archive has it, and is audited with it', async () => {
    await record()
    const { path, remove } = await temporaryFolder()
    const files = await ArchiveFiles.begin(path)
    await withSource(ledger.url, async (source) => {
      const audit = await auditLedger(new ArchivingSource(source, source.expected!, files), { verify: verifySignature })
      await files.end(await (await ledger.get('/v1/policy')).text(), audit.checkpoint!.note)
      return audit
    })
    const again = (): ReturnType<typeof withSource> =>
      withSource(path, (source) => auditLedger(source, { verify: verifySignature }))
    expect(await again()).toMatchObject({ notes: [] })
    const script = (): SpawnSyncReturns<string> =>
      spawnSync(process.execPath, [join(path, 'audit.mjs')], { encoding: 'utf8' })
    expect(script().stdout).toContain('1 of 1 names of evidence lead to what they name')
    const file = join(path, 'evidence', evidenceFile(ID))
    await writeFile(file, 'damaged')
    expect(script()).toMatchObject({ status: 1, stderr: `WRONG evidence/${evidenceFile(ID)}\n` })
    expect((await again()).flaw).toMatchObject({ file, field: 'evidence' })
    await remove()
  })
})

describe('what another node once lacked', () => {
  test('is asked for again until it comes, kept over restarts, and never taken for something else', async () => {
    const { path, remove } = await temporaryFolder()
    const [first, second] = [utf8('one'), utf8('two')]
    const ids = [evidenceId(first), evidenceId(second)]
    const folder = new EvidenceFolder(nodeDisk, path)
    const wanted = await WantedEvidence.open(nodeDisk, path)
    await wanted.add(ids)
    await wanted.add(ids)
    const asked: string[] = []
    const source = (answers: Record<string, Uint8Array>) => ({
      evidence: (id: string) => {
        asked.push(id)
        return Promise.resolve(answers[id])
      },
    })
    expect(await wanted.again(source({ [ids[0]!]: utf8('another') }), folder)).toEqual([])
    const later = await WantedEvidence.open(nodeDisk, path)
    expect(later.size).toBe(2)
    expect(await later.again(source({ [ids[1]!]: second }), folder)).toEqual([ids[1]])
    expect(folder.has(ids[1]!)).toBe(true)
    expect((await WantedEvidence.open(nodeDisk, path)).size).toBe(1)
    // What has come another way is not asked for.
    await folder.put(ids[0]!, first)
    asked.length = 0
    expect(await later.again(source({}), folder)).toEqual([ids[0]])
    expect(asked).toEqual([])
    expect(later.size).toBe(0)
    await remove()
  })
})

describe('what one gateway may leave lying', () => {
  const sender = { org: 'org', gateway: 'one' }
  const piece = (n: number): Uint8Array => new Uint8Array(1000).fill(n)
  const naming = (...pieces: Uint8Array[]): { salt: Uint8Array; event: Uint8Array }[] => [
    { salt: new Uint8Array(16), event: utf8(JSON.stringify(pieces.map((bytes) => evidenceUri(evidenceId(bytes))))) },
  ]

  test('is bounded, until its batches name it', async () => {
    const { path, remove } = await temporaryFolder()
    const intake = new EvidenceIntake(new EvidenceFolder(nodeDisk, path), 2500)
    expect(await intake.take(sender, piece(1))).toBeUndefined()
    expect(await intake.take(sender, piece(1))).toBeUndefined()
    expect(await intake.take(sender, piece(2))).toBeUndefined()
    expect(await intake.take(sender, piece(3))).toBe('EVIDENCE_QUOTA')
    expect(await intake.take({ org: 'org', gateway: 'two' }, piece(3))).toBeUndefined()
    expect(await intake.take(sender, piece(4))).toBe('EVIDENCE_QUOTA')
    expect(intake.lacks(naming(piece(1), piece(4)), sender)).toMatchObject({ code: 'EVIDENCE_QUOTA' })
    expect(intake.lacks(naming(piece(1), piece(2)), sender)).toBeUndefined()
    intake.named(naming(piece(1)), sender)
    expect(intake.lacks(naming(piece(4)), sender)).toMatchObject({ code: 'EVIDENCE_MISSING' })
    expect(await intake.take(sender, piece(4))).toBeUndefined()
    await remove()
  })

  test('what a full disk does not take is not here, and is taken when it is brought again', async () => {
    const { path, remove } = await temporaryFolder()
    const disk = new FaultyDisk()
    const intake = new EvidenceIntake(new EvidenceFolder(disk, path), 2500)
    disk.fault = (call) => (call === 'replace' ? 'ENOSPC' : undefined)
    for (let i = 0; i < 5; i++) await expect(intake.take(sender, piece(1))).rejects.toThrow('ENOSPC')
    expect(intake.lacks(naming(piece(1)), sender)).toMatchObject({ code: 'EVIDENCE_MISSING' })
    disk.fault = () => undefined
    // Counted once, however often it was tried.
    expect(await intake.take(sender, piece(1))).toBeUndefined()
    expect(await intake.take(sender, piece(2))).toBeUndefined()
    expect(intake.lacks(naming(piece(1), piece(2)), sender)).toBeUndefined()
    await remove()
  })

  test('a piece that two bring at once is written once', async () => {
    const { path, remove } = await temporaryFolder()
    const disk = new FaultyDisk()
    const intake = new EvidenceIntake(new EvidenceFolder(disk, path))
    const two = { org: 'org', gateway: 'two' }
    await Promise.all([sender, sender, two].map((from) => intake.take(from, piece(1))))
    expect(disk.calls).toBe(1)
    await remove()
  })

  test('a damaged piece is mended when it is brought again', async () => {
    const { path, remove } = await temporaryFolder()
    const folder = new EvidenceFolder(nodeDisk, path)
    const intake = new EvidenceIntake(folder)
    await intake.take(sender, piece(1))
    await writeFile(folder.pathOf(evidenceId(piece(1))), 'x')
    await intake.take(sender, piece(1))
    expect(await folder.find(evidenceId(piece(1)))).toMatchObject({ kind: 'held' })
    await remove()
  })
})
