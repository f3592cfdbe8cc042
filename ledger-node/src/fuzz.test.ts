import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEntryBundle, encodeEventSequence, ProtocolError, parseVerifierKey } from '@tristamp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asText, FUZZ_SEED, fuzz } from '../../test/_fuzz.ts'
import { itemUri, type TestGateway, TestLedger } from './_harness.ts'
import { readConfig } from './config.ts'
import { nodeDisk } from './disk.ts'
import { LedgerError } from './error.ts'
import { Stage } from './follow/_follow.ts'
import { claimsOf } from './follow/claim.ts'
import { Leader } from './follow/leader.ts'
import { readFrame, writeFrame } from './frame.ts'
import { readOperations } from './govern/operation.ts'
import { loadKey } from './keys.ts'
import { verifySignature } from './node-crypto.ts'
import { FIRST_PLACE, SegmentSeries } from './segment.ts'

// What meets a ledger from outside: requests, packets, another node's answers, and files that someone changed.

/** A conversation with a socket costs more than a call. */
const TALK = 15
const PARALLEL = 16
const LISTEN_MS = 150

const folder = mkdtempSync(join(tmpdir(), 'tristamp-fuzz-'))
const ascii = (...texts: string[]): Uint8Array[] => texts.map((text) => new Uint8Array(Buffer.from(text, 'latin1')))
const isOurs = (error: unknown): boolean => error instanceof LedgerError || error instanceof ProtocolError

let ledger: TestLedger
let gateway: TestGateway
let batch: Uint8Array
beforeAll(async () => {
  ledger = await TestLedger.start()
  ;[gateway] = (await ledger.enrolGateways('one')) as [TestGateway]
  batch = gateway.batch(itemUri('F1'))
  expect((await ledger.post(batch)).status).toBe(201)
}, 120_000)
afterAll(async () => {
  await ledger?.remove()
  rmSync(folder, { recursive: true })
})

/** Sends bytes to a port; what came back until it was closed, or for a moment. */
function talk(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1')
    const end = (): void => {
      socket.destroy()
      resolve(said)
    }
    socket.setTimeout(LISTEN_MS, end)
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text
    })
    socket.on('error', end).on('close', end)
    socket.write(bytes)
  })
}

/** The same for many connections at once: inputs are gathered, and sent together. */
function talker(port: () => number, judge: (answer: string) => void): (bytes: Uint8Array) => Promise<void> {
  let waiting: Uint8Array[] = []
  return async (bytes) => {
    waiting.push(bytes)
    if (waiting.length < PARALLEL) return
    const sent = waiting
    waiting = []
    for (const answer of await Promise.all(sent.map((b) => talk(port(), b)))) judge(answer)
  }
}

const get = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n')

describe(`what a ledger reads, under mutations (seed ${FUZZ_SEED})`, () => {
  it('HTTP requests are answered, and never by a fault of our own', async () => {
    const subject = encodeURIComponent(itemUri('F1'))
    const paths = [
      '/checkpoint',
      '/tile/0/000.p/3',
      '/tile/entries/000.p/2',
      '/v1/policy',
      `/v1/history?subject=${subject}&since=0`,
      '/v1/events/urn:uuid:00000000-0000-4000-8000-000000000001',
      `/v1/keys/${'A'.repeat(43)}`,
      '/v1/gateways',
      '/v1/governance',
      '/v1/batches?from=0&to=3',
      '/v1/checkpoints/2',
      `/v1/qr?subject=${subject}&format=png`,
      '/01/09506000134352/21/F1',
      '/assets/../../../../etc/passwd',
      '/healthz',
    ]
    const post = Buffer.concat([
      Buffer.from(
        `POST /v1/statements HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/cbor\r\nContent-Length: ${batch.length}\r\n\r\n`,
      ),
      batch,
    ])
    const samples = [
      ...ascii(
        ...paths.map((path) => get(path)),
        get('/01/09506000134352/21/F1', 'Accept: application/json', 'If-None-Match: "x"', 'Range: bytes=0-9,5-'),
        'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
        'POST /v1/statements HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
      ),
      new Uint8Array(post),
    ]
    const judge = (answer: string): void => {
      if (/^HTTP\/1\.1 5/m.test(answer) && !/NODE_(?:BUSY|DEGRADED)/.test(answer) && !answer.includes('not built'))
        throw new Error(answer)
    }
    expect(
      await fuzz({ samples, parse: talker(() => ledger.node.httpPort, judge), isOurs: () => false, times: TALK }),
    ).toBeGreaterThan(PARALLEL)
    expect(ledger.logs.filter((line) => line.includes('INTERNAL'))).toEqual([])
    expect((await ledger.get('/healthz')).status).toBe(200)
  }, 120_000)

  it('MQTT packets end in an answer or the end of the connection, and the broker goes on', async () => {
    const field = (text: string): Buffer => Buffer.concat([Buffer.of(0, text.length), Buffer.from(text)])
    const packet = (type: number, ...parts: Buffer[]): Buffer => {
      const body = Buffer.concat(parts)
      const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
      return Buffer.concat([Buffer.of(type, ...length), body])
    }
    const head = Buffer.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 60)
    const login = packet(0x10, head, field('org.one'), field('org/one'), field(gateway.password))
    const subscribe = packet(0x82, Buffer.of(0, 1), field('tristamp/v1/org/one/ack'), Buffer.of(1))
    const status = packet(0x33, field('tristamp/v1/org/one/status'), Buffer.of(0, 3), Buffer.from('{"state":"online"}'))
    const publish = packet(0x32, field('tristamp/v1/org/one/batch'), Buffer.of(0, 2), Buffer.from(batch))
    const rest = [packet(0xc0), packet(0x40, Buffer.of(0, 1)), packet(0xa2, Buffer.of(0, 4), field('x')), packet(0xe0)]
    const samples = [login, Buffer.concat([login, subscribe, status, publish, ...rest])].map((b) => new Uint8Array(b))
    const parse = talker(
      () => ledger.node.mqttPort,
      () => undefined,
    )
    expect(await fuzz({ samples, parse, isOurs: () => false, times: TALK })).toBeGreaterThan(PARALLEL)
    const answer = await talk(ledger.node.mqttPort, login)
    expect(Buffer.from(answer, 'latin1').subarray(0, 2)).toEqual(Buffer.of(0x20, 2))
  }, 120_000)

  it('another node’s answers are taken, or told as a difference', async () => {
    const feed: { answer: Uint8Array } = { answer: new Uint8Array() }
    const stage = await Stage.open(async () => feed.answer)
    const stop = new AbortController()
    const leader = new Leader(stage.url, stop.signal)
    const key = parseVerifierKey(ledger.node.genesis.logKey)
    const checkpoint = await (await ledger.get('/checkpoint')).text()
    const claim = claimsOf(key, verifySignature)
    const salted = { salt: new Uint8Array(16), event: new Uint8Array(100) }
    const samples = [
      ...ascii(checkpoint),
      encodeEntryBundle([batch, batch]),
      encodeEventSequence([[salted], [salted, salted]]),
    ]
    const parse = async (bytes: Uint8Array): Promise<void> => {
      feed.answer = bytes
      for (const ask of [
        async () => claim(await leader.checkpoint()),
        () => leader.entries(0, 2),
        () => leader.events(0, 2),
        () => leader.policy(),
      ])
        await ask().catch((error: unknown) => {
          if (!isOurs(error)) throw error
        })
    }
    try {
      expect(await fuzz({ samples, parse, isOurs, times: TALK })).toBeGreaterThan(PARALLEL)
    } finally {
      stop.abort()
      await stage.close()
    }
  }, 120_000)

  const frames = Buffer.alloc(1000)
  const end = writeFrame(frames, writeFrame(frames, 0, ascii('first')), ascii('second', ' and more'))
  const segment = [new Uint8Array(frames.subarray(0, end))]

  it('a frame is a record, a part of one, or none', async () => {
    const parse = (bytes: Uint8Array): void => {
      const frame = readFrame(Buffer.from(bytes), 0, 1000)
      expect(['record', 'partial', 'bad']).toContain(frame.kind)
    }
    expect(await fuzz({ samples: segment, parse, isOurs })).toBeGreaterThan(PARALLEL)
  })

  it('a segment file is read to its end, or to where it is damaged', async () => {
    const parse = async (bytes: Uint8Array): Promise<void> => {
      writeFileSync(join(folder, '0000000000000000.seg'), bytes)
      const series = await SegmentSeries.open(nodeDisk, folder, { fileBytes: 4096, recordBytes: 1000 })
      let last = ''
      for await (const found of series.scan(FIRST_PLACE)) last = found.kind
      await series.close()
      expect(last).toBe('end')
    }
    expect(await fuzz({ samples: segment, parse, isOurs, times: 3 })).toBeGreaterThan(PARALLEL)
  })

  const file = (read: (path: string) => Promise<unknown>) => (bytes: Uint8Array) => {
    const path = join(folder, 'file')
    writeFileSync(path, bytes, { mode: 0o600 })
    return read(path)
  }
  const config =
    'data: /x\nhttp: { host: 127.0.0.1, port: 1, tls: { cert: a, key: b } }\nmqtt: { port: 2 }\nplain: true\nsealEveryMs: 1000\n'
  const operation =
    '{"op":"enrol-organisation","org":"o","party":"https://id.gs1.org/417/9506000134307","name":{"zh":"a","en":"b"}}'
  it.each([
    ['configuration', ascii(config), file((path) => readConfig(path))],
    ['operations', ascii(operation, `[${operation}]`), file((path) => readOperations([path]))],
    [
      'key file',
      ascii('-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAA\n-----END PRIVATE KEY-----\n'),
      file(loadKey),
    ],
    ['verifier key', ascii('x+00000000+AAAA'), async (b: Uint8Array) => parseVerifierKey(asText(b))],
  ])('%s: taken or refused with a code', async (_, samples, parse) => {
    expect(await fuzz({ samples, parse, isOurs, times: 3 })).toBeGreaterThanOrEqual(20)
  })
})
