import * as v from 'valibot'
import { crossIssues } from './config-cross.ts'
import { deviceSchema, unknownDeviceSchema } from './config-device.ts'
import { fileSchema } from './config-schema.ts'
import type { ConfigIssue, FileShape, RawDevice } from './config-types.ts'
import { drivers } from './driver/index.ts'
import { isRecord } from './is-record.ts'

/** What was found in a file. */
export interface Checked {
  issues: ConfigIssue[]
  shape: FileShape | undefined
  devices: RawDevice[]
}

/** Checks the file's content; every error of it at once. */
export function check(raw: unknown): Checked {
  if (!isRecord(raw))
    return {
      issues: [{ path: '(file)', what: 'must be a map with gateway, data, uplink, …' }],
      shape: undefined,
      devices: [],
    }
  const result = v.safeParse(fileSchema, raw)
  const issues = result.success ? [] : result.issues.map((issue) => issueOf(issue))
  const devices: RawDevice[] = []
  for (const [i, device] of (Array.isArray(raw['devices']) ? (raw['devices'] as unknown[]) : []).entries()) {
    if (isRecord(device)) checkDevice(device, `devices[${i}]`, issues, devices)
  }
  issues.push(...crossIssues(raw))
  return { issues, shape: result.success ? result.output : undefined, devices }
}

function checkDevice(device: Record<string, unknown>, path: string, issues: ConfigIssue[], devices: RawDevice[]): void {
  const driver = typeof device['driver'] === 'string' ? drivers.get(device['driver']) : undefined
  if (!driver) {
    issues.push({ path: `${path}.driver`, what: `must be one of ${[...drivers.keys()].join(', ')}` })
    issues.push(...(v.safeParse(unknownDeviceSchema, device).issues ?? []).map((issue) => issueOf(issue, path)))
    return
  }
  const result = v.safeParse(deviceSchema(driver), device)
  if (!result.success) issues.push(...result.issues.map((issue) => issueOf(issue, path)))
  else devices.push(result.output)
}

function issueOf(issue: v.BaseIssue<unknown>, base = ''): ConfigIssue {
  const path = (issue.path ?? []).reduce((text, item) => text + step(item.key), base).replace(/^\./, '')
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return { path, what: 'is not known here; remove it or correct its name' }
  if (issue.received === 'undefined')
    return { path, what: `is missing${issue.message.startsWith('must') ? ` (it ${issue.message})` : ''}` }
  // The library's own messages begin so; ours say what it must be.
  const what = issue.message.startsWith('Invalid') ? (KINDS[issue.type] ?? `must be ${issue.expected}`) : issue.message
  return { path: path || '(file)', what }
}

/** What a value must be, where the schema does not say it better. */
const KINDS: Readonly<Record<string, string>> = {
  strict_object: 'must be a map of names and values',
  loose_object: 'must be a map of names and values',
  record: 'must be a map of names and values',
  array: 'must be a list',
  string: 'must be text',
  number: 'must be a number',
  boolean: 'must be true or false',
  min_length: 'must not be empty',
}

function step(key: unknown): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
}
