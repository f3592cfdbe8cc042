import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProtocolError, parseScan, toPkcs8Pem } from '@tristamp/protocol'
import { afterAll, describe, expect, it } from 'vitest'
import { asText, FUZZ_SEED, fuzz } from '../../test/_fuzz.ts'
import { gatewayText } from './_gateway.ts'
import { newTlsKey } from './certificate.ts'
import type { Codec } from './codec/codec.ts'
import { crc16, ModbusRtu } from './codec/modbus-rtu.ts'
import { Nmea } from './codec/nmea.ts'
import { ScannerLine } from './codec/scanner-line.ts'
import { parseConfig } from './config.ts'
import { parseAddress } from './config-device.ts'
import { parseDuration } from './duration.ts'
import { AgentError } from './error.ts'
import { readHeadFile } from './head-file.ts'
import { readKeyFile, readLoginFile, readTlsKeyFile } from './key-file.ts'
import { parseCommand } from './station/command.ts'
import { goodsOf, NoGoods } from './station/goods.ts'

// What meets a gateway from outside: bytes of three kinds of lines, scans, and the files that people write or damage.

const folder = mkdtempSync(join(tmpdir(), 'tristamp-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const utf8 = (...texts: string[]): Uint8Array[] => texts.map((text) => new Uint8Array(Buffer.from(text)))
const never = (): boolean => false
const isOurs = (error: unknown): boolean => error instanceof AgentError

/** Some bytes at a time and with pauses, as lines deliver them; twice, for a codec remembers. */
function feed(codec: Codec<unknown>, bytes: Uint8Array): void {
  for (const step of [7, 4096]) {
    let now = 0
    for (let at = 0; at < bytes.length; at += step) {
      codec.push(bytes.subarray(at, at + step), now)
      now += at % 5 === 0 ? 600 : 1
      codec.idle(now)
    }
  }
}

const ask = { unit: 1, fn: 4, address: 1, count: 2 } as const
const body = [1, 4, 4, 0x00, 0xd5, 0x01, 0x9a]
const reply = Uint8Array.from([...body, crc16(body, body.length) & 0xff, crc16(body, body.length) >> 8])
const fixes = utf8(
  '$GPGGA,031500.00,3014.4000,N,10928.8000,E,1,09,1.1,480.0,M,0.0,M,,*6F\r\n$GNRMC,031500.00,A,3014.4000,N,10928.8000,E,0.1,0.0,221126,,,A*7C\r\n',
)
const frames = utf8(
  ']d20109506000134352172612011 0L7\u001d21A001\r\n',
  ']C100095060001343520017\r',
  'tristamp:do/pack\n',
)
const scans = utf8(
  ']d2010950600013435217261201 10L7\u001d21A001',
  ']Q1https://id.gs1.org/01/09506000134352/21/A',
  ']C100095060001343520017',
)

const config = gatewayText({
  devices:
    '[{ id: cold1, driver: modbus-th, port: /dev/ttyUSB0, every: 60s }, { id: dock, driver: scanner, port: "tcp://h:1" }, { id: gnss, driver: nmea, port: ./gnss }]',
  stations:
    '[{ id: dock, scanner: dock, thermometer: cold1, observe: 30m, start: receive, actions: { receive: , ship: {} } }]',
  place: '{ source: gnss, device: gnss, site: { latE7: 1, lonE7: 2 } }',
}).text

function file(read: (path: string) => unknown): (bytes: Uint8Array) => unknown {
  const path = join(folder, 'file')
  return (bytes) => {
    writeFileSync(path, bytes, { mode: 0o600 })
    return read(path)
  }
}

const targets: [string, Uint8Array[], (bytes: Uint8Array) => unknown, (error: unknown) => boolean][] = [
  [
    'Modbus',
    [reply, Uint8Array.of(1, 0x84, 2, 0xc2, 0xc1)],
    (b) => {
      const codec = new ModbusRtu()
      codec.expect(ask)
      feed(codec, b)
    },
    never,
  ],
  ['NMEA', fixes, (b) => feed(new Nmea(), b), never],
  ['a scanner’s line', frames, (b) => feed(new ScannerLine(), b), never],
  [
    'goods of a scan',
    scans,
    (b) => goodsOf(parseScan(asText(b)), { year: 2026, separators: 'unproven' }),
    (error) => error instanceof ProtocolError || error instanceof NoGoods || isOurs(error),
  ],
  ['command', utf8('tristamp:do/pack', 'tristamp:end'), (b) => parseCommand(asText(b)), never],
  ['configuration', utf8(config), (b) => parseConfig(asText(b), '/etc/tristamp/gateway.yaml'), isOurs],
  ['address of a port', utf8('tcp://[::1]:4001', '/dev/ttyUSB0'), (b) => parseAddress(asText(b)), never],
  ['duration', utf8('500ms', '30m'), (b) => parseDuration(asText(b)), never],
  ['key file', utf8(toPkcs8Pem(new Uint8Array(32).fill(1))), file(readKeyFile), isOurs],
  ['login file', utf8(`${'A'.repeat(43)}\n`), file(readLoginFile), isOurs],
  ['TLS key file', utf8(newTlsKey()), file(readTlsKeyFile), isOurs],
]

describe(`what a gateway reads, under mutations (seed ${FUZZ_SEED})`, () => {
  it.each(targets)('%s: taken or refused with a code, at once', async (_, samples, parse, ours) => {
    expect(await fuzz({ samples, parse, isOurs: ours })).toBeGreaterThanOrEqual(20)
  })

  it('head file: taken, or as if there were none', async () => {
    const samples = utf8('{"kid":"a","seq":3,"prev":"b","events":9,"sum":"0"}')
    const parse = (bytes: Uint8Array): unknown => {
      writeFileSync(join(folder, 'head.json'), bytes)
      return readHeadFile(folder)
    }
    expect(await fuzz({ samples, parse, isOurs })).toBeGreaterThanOrEqual(20)
  })
})
