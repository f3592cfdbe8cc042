import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Enrolment } from '@tristamp/protocol'
import { LineCounter, parseDocument } from 'yaml'
import { check } from './config-check.ts'
import { toConfig } from './config-make.ts'
import { type Environment, override } from './config-override.ts'
import type { AgentConfig } from './config-types.ts'
import { readEnrolment } from './enrolment.ts'
import { AgentError, whyOf } from './error.ts'
import { refuseOpenPage } from './page/config.ts'

export type * from './config-types.ts'

/** A gateway's file is a screenful; this bounds what a wrong path (a disk image) can cost. */
const MAX_BYTES = 262_144

/** Reads and checks the file, and holds it against the enrolment that was picked up. @throws AgentError CONFIG_*; CONFIG_INVALID lists every error of the file at once. */
export function loadConfig(file: string, env: Environment = {}): AgentConfig {
  let bytes: Uint8Array
  try {
    bytes = readStart(file, MAX_BYTES + 1)
  } catch (cause) {
    throw new AgentError('CONFIG_MISSING', { file, why: whyOf(cause) }, { cause })
  }
  if (bytes.length > MAX_BYTES) throw new AgentError('CONFIG_TOO_LARGE', { file, kib: MAX_BYTES / 1024 })
  const text = new TextDecoder().decode(bytes)
  const config = parseConfig(text, resolve(file), env)
  const enrolment = readEnrolment(config)
  return enrolment === undefined ? config : parseConfig(text, resolve(file), env, enrolment)
}

/** The first so many bytes of a file: of a disk image or a device no more is read. */
function readStart(file: string, most: number): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = new Uint8Array(most)
    let length = 0
    for (let read = -1; read !== 0 && length < most; length += read)
      read = readSync(descriptor, bytes, length, most - length, null)
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

export function parseConfig(text: string, file: string, env: Environment = {}, enrolment?: Enrolment): AgentConfig {
  const raw = override(parseYaml(text, file), env)
  const { issues, shape, devices } = check(raw)
  if (issues.length > 0 || !shape) {
    const list = issues.map(({ path, what }) => `  ${path}: ${what}`).join('\n')
    throw new AgentError('CONFIG_INVALID', { file, count: issues.length, list: list.slice(0, 8000) })
  }
  const config = toConfig(shape, devices, file, enrolment)
  refuseOpenPage(config.page)
  return config
}

function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: true })
  const [error] = document.errors
  if (error) throw new AgentError('CONFIG_MALFORMED', { file, why: error.message.split('\n')[0] ?? '' })
  try {
    // A file of aliases that multiply is refused by this bound.
    return document.toJS({ maxAliasCount: 50 })
  } catch (cause) {
    throw new AgentError('CONFIG_MALFORMED', { file, why: whyOf(cause) }, { cause })
  }
}
