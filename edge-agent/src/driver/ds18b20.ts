import { open } from 'node:fs/promises'
import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { readW1Slave, type W1Reading } from '../codec/ds18b20.ts'
import { durationMs } from '../duration.ts'
import { type AgentCode, AgentError, type Fields } from '../error.ts'
import { within } from '../transport/link.ts'
import type { FileContext, FileDriver } from './driver.ts'

const options = { every: v.optional(durationMs, '60s') }

export interface Ds18b20Options {
  every: number
}

/** Two lines have some 75 bytes; a path that leads to something else costs no more than this. */
const MAX_BYTES = 1024
/** A conversion takes 0.75 s, reading the file waits for it; a bus in trouble takes longer. */
const READ_MS = 5000
const TRIES = 3
/** 85 °C is believed when the readings before were near it. */
const NEAR_MILLI = 10_000

/** DS18B20 and its relatives on 1-Wire, as Linux shows them: `file: /sys/bus/w1/devices/28-…/w1_slave`. */
export const ds18b20: FileDriver<Ds18b20Options> = {
  kind: 'ds18b20',
  gives: 'reading',
  needs: 'file',
  options,
  async session(config, context) {
    let lastMilliC: number | undefined
    while (!context.signal.aborted) {
      const startMs = context.now()
      const outcome = await poll(context, lastMilliC)
      if (context.signal.aborted) return
      const atMs = context.now()
      if ('milliC' in outcome) {
        lastMilliC = outcome.milliC
        context.state('up')
        const quantities = [{ type: 'Temperature', milli: outcome.milliC, uom: 'CEL' }]
        context.emit({ kind: 'reading', atMs, quantities })
      } else {
        lastMilliC = undefined
        context.state(outcome.code === 'PORT_MISSING' ? 'down' : 'degraded', outcome.code, outcome.fields)
        context.emit({ kind: 'missing', atMs, code: outcome.code })
      }
      await sleep(Math.max(0, startMs + config.every - context.now()), context.signal)
    }
  },
}

type Outcome = { milliC: number } | { code: AgentCode; fields: Fields }

async function poll(context: FileContext, lastMilliC: number | undefined): Promise<Outcome> {
  let outcome: Outcome = { code: 'DEVICE_SILENT', fields: {} }
  for (let i = 0; i < TRIES && !context.signal.aborted; i++) {
    const text = await contentOf(context.file)
    if (typeof text !== 'string') return { code: text.code, fields: text.fields }
    outcome = judge(readW1Slave(text), lastMilliC)
    if ('milliC' in outcome) return outcome
    context.fault(outcome.code, outcome.fields)
    // The next conversion gets rid of the power-on value; a file that is being replaced is whole at the next look.
    await sleep(50, context.signal)
  }
  return outcome
}

function judge(reading: W1Reading, lastMilliC: number | undefined): Outcome {
  if (reading.kind === 'temperature') return { milliC: reading.milliC }
  if (reading.kind === 'damaged') return { code: 'DEVICE_FRAME', fields: { why: reading.why } }
  if (reading.kind === 'sentinel') return { code: 'DEVICE_VALUE', fields: { why: reading.why } }
  const near = lastMilliC !== undefined && Math.abs(lastMilliC - 85_000) <= NEAR_MILLI
  if (near && !reading.sure) return { milliC: 85_000 }
  return { code: 'DEVICE_VALUE', fields: { why: '85 °C, the value before the first measurement' } }
}

/** The file's text, or why there is none. An unplugged probe takes its folder with it. */
async function contentOf(path: string): Promise<string | AgentError> {
  try {
    return await within(readStart(path), READ_MS, 'reading')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const missing = code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO'
    const denied = code === 'EACCES' || code === 'EPERM'
    const name: AgentCode = missing ? 'PORT_MISSING' : denied ? 'PORT_DENIED' : 'DEVICE_SILENT'
    return new AgentError(name, { port: path, hint: '' }, { cause })
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(MAX_BYTES), 0, MAX_BYTES, null)
    return new TextDecoder('latin1').decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}
