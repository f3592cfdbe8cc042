import { readFileSync } from 'node:fs'
import { type ProtocolCode, ProtocolError } from '@tristamp/protocol'
import type { Router } from 'express'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { commissioned, itemUri, TestLedger, until } from '../_harness.ts'
import { type LedgerCode, LedgerError, SENTENCES } from '../error.ts'
import { VERSION } from '../version.ts'
import { problemOf, protocolStatus } from './problem.ts'

// Every router of the node that starts below, as it is made.
const routers = vi.hoisted((): Router[] => [])
vi.mock(import('./routes.ts'), async (original) => {
  const { routes } = await original()
  return {
    routes: () => {
      const router = routes()
      routers.push(router)
      return router
    },
  }
})

type Value = { [member: string]: unknown }
interface Operation {
  operationId: string
  tags: string[]
  parameters?: Value[]
  responses: { [status: string]: Value }
}
interface Document extends Value {
  openapi: string
  info: { version: string }
  tags: { name: string }[]
  paths: { [path: string]: { [method: string]: Operation } }
}

const ITEM = itemUri('A1')
let ledger: TestLedger
let document: Document
let event: { eventID: string }

beforeAll(async () => {
  ledger = await TestLedger.start()
  const [gate] = await ledger.enrolGateways('gw1')
  event = commissioned(ITEM) as unknown as { eventID: string }
  const answer = await ledger.post(gate!.batchOf([event as never]))
  await ledger.sealed(((await answer.json()) as { entry: number }).entry)
  const served = await ledger.get('/v1/openapi.json')
  expect([served.status, served.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(served.headers.get('Access-Control-Allow-Origin')).toBe('*')
  document = (await served.json()) as Document
})
afterAll(() => ledger.remove())

const operations = (): [path: string, method: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, one]): [string, string, Operation] => [path, method, one]),
  )

function resolve(value: Value): Value {
  const { $ref } = value
  if (typeof $ref !== 'string') return value
  const found = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, name) => (at as Value | undefined)?.[name], document)
  if (found === undefined) throw new Error(`${$ref} leads nowhere`)
  return resolve(found as Value)
}

function refsIn(value: unknown): Value[] {
  if (typeof value !== 'object' || value === null) return []
  return [...('$ref' in value ? [value as Value] : []), ...Object.values(value).flatMap(refsIn)]
}

/** What of a value does not fit a schema; of the keywords that the document has. */
function misfits(given: Value, value: unknown, at = ''): string[] {
  const { type, required, properties, items, pattern, enum: some, ...rest } = resolve(given)
  const kind = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value
  if (type !== undefined && type !== kind) return [`${at}: ${kind} for ${String(type)}`]
  if ('const' in rest && rest['const'] !== value) return [`${at}: not ${String(rest['const'])}`]
  if (Array.isArray(some) && !some.includes(value)) return [`${at}: not one of ${some.join()}`]
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(String(value))) return [`${at}: not ${pattern}`]
  if (kind === 'array' && items !== undefined)
    return (value as unknown[]).flatMap((one, i) => misfits(items as Value, one, `${at}/${i}`))
  if (kind !== 'object') return []
  const missing = ((required ?? []) as string[]).filter((name) => !Object.hasOwn(value as Value, name))
  const known = (properties ?? {}) as { [name: string]: Value }
  return [
    ...missing.map((name) => `${at}/${name}: missing`),
    ...Object.entries(value as Value).flatMap(([name, one]) =>
      known[name] === undefined ? [] : misfits(known[name], one, `${at}/${name}`),
    ),
  ]
}

it('is OpenAPI 3.1 whose references lead somewhere and whose path parameters are declared', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.info.version).toBe(VERSION)
  for (const ref of refsIn(document)) resolve(ref)
  const ids = operations().map(([, , { operationId }]) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [path, , { parameters = [], tags }] of operations()) {
    const declared = parameters.map(resolve).filter((one) => one['in'] === 'path')
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(new Set(declared.map(({ name }) => name)), path).toEqual(new Set(named))
    expect(document.tags.map(({ name }) => name)).toEqual(expect.arrayContaining(tags))
  }
})

it('names no address that the node does not answer at', () => {
  const served = routers.flatMap(({ stack }) =>
    stack.flatMap(({ route }) => {
      if (route === undefined) return []
      const { path, methods } = route as unknown as { path: string | RegExp; methods: Record<string, boolean> }
      const fits =
        typeof path === 'string' ? new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`) : path
      return [{ fits, methods }]
    }),
  )
  expect(served.length).toBeGreaterThan(40)
  const unserved = operations().filter(
    ([path, method]) =>
      !served.some(({ fits, methods }) => methods[method] && fits.test(path.replaceAll(/\{\w+\}/g, '1'))),
  )
  expect(unserved.map(([path, method]) => `${method} ${path}`)).toEqual([])
})

it.each([
  ['/v1/events/{eventID}', () => `/v1/events/${event.eventID}`, 'application/json'],
  ['/01/{gtin}/21/{serial}', () => new URL(ITEM).pathname, 'application/json'],
  ['/v1/trace', () => `/v1/trace?subject=${encodeURIComponent(ITEM)}`, 'application/json'],
  ['/v1/trace/where-now', () => `/v1/trace/where-now?subject=${encodeURIComponent(ITEM)}`, 'application/json'],
  ['/v1/trace/exposure', () => `/v1/trace/exposure?unit=${encodeURIComponent(ITEM)}`, 'application/json'],
  [
    '/v1/exports/epcis.jsonld',
    () => `/v1/exports/epcis.jsonld?subject=${encodeURIComponent(ITEM)}`,
    'application/ld+json',
  ],
  ['/v1/gateways', () => '/v1/gateways', 'application/json'],
  ['/v1/governance', () => '/v1/governance', 'application/json'],
  ['/v1/recalls', () => '/v1/recalls', 'application/json'],
  ['/v1/holds', () => '/v1/holds', 'application/json'],
  ['/healthz', () => '/healthz', 'application/json'],
])('a real answer of %s fits, and with a member renamed does not', async (path, address, form) => {
  let answer = await ledger.get(address(), { headers: { Accept: form } })
  await until(async () => {
    if (answer.status === 503) answer = await ledger.get(address(), { headers: { Accept: form } })
    return answer.status !== 503
  })
  expect(answer.status).toBe(200)
  const { content } = resolve(document.paths[path]!['get']!.responses['200']!) as { content: Record<string, Value> }
  const schema = content[form]!['schema'] as Value
  const value = (await answer.json()) as Value
  expect(misfits(schema, value)).toEqual([])
  const { required } = resolve(schema) as { required: string[] }
  for (const name of required) {
    const { [name]: moved, ...others } = value
    expect(misfits(schema, { ...others, [`${name}x`]: moved }), name).not.toEqual([])
  }
})

it('has the codes that the node answers with, under their status', () => {
  const source = readFileSync(new URL('../../../protocol/src/error.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code as ProtocolCode)
  expect(codes.length).toBeGreaterThan(80)
  const parser = problemOf(Object.assign(new Error('charset'), { status: 415 }))
  const given = new Set([
    '500 INTERNAL',
    `${parser?.status} ${parser?.code}`,
    ...(Object.keys(SENTENCES) as LedgerCode[]).flatMap((code) => {
      const status = problemOf(new LedgerError(code, ''))?.status
      return status === undefined ? [] : [`${status} ${code}`]
    }),
    ...codes.map((code) => `${problemOf(new ProtocolError(code, ''))?.status} ${code}`),
    // Of what is in a batch.
    ...codes.filter((code) => code.startsWith('GS1_')).map((code) => `${protocolStatus(code)} ${code}`),
  ])
  const { schemas } = document['components'] as { schemas: Record<string, { properties: Record<string, Value> }> }
  const told = Object.entries(schemas).flatMap(([name, { properties }]) =>
    /^Problem\d/.test(name)
      ? (properties['code']!['enum'] as string[]).map((code) => `${String(properties['status']!['const'])} ${code}`)
      : [],
  )
  const described = new Set(told.map((one) => one.slice(0, 3)))
  expect(new Set(told)).toEqual(new Set([...given].filter((one) => described.has(one.slice(0, 3)))))
  // No operation that is described needs a token.
  expect([...given].filter((one) => !described.has(one.slice(0, 3))).sort((a, b) => (a < b ? -1 : 1))).toEqual([
    '401 TOKEN_MISSING',
    '401 TOKEN_UNKNOWN',
  ])
})
