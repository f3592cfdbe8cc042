import { existsSync, readFileSync } from 'node:fs'
import {
  canonicalJson,
  type Json,
  type ProtocolCode,
  ProtocolError,
  parseRecordedEvent,
  utf8,
} from '@tristamp/protocol'
import { type Express, type RequestHandler, Router } from 'express'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { misfits } from '../../../test/_json-schema.ts'
import { ApiDocument, type Route } from '../../../test/_openapi.ts'
import type { Board } from '../board/board.ts'
import { type LedgerCode, LedgerError, SENTENCES } from '../error.ts'
import { EXPORT_FORMS } from '../exports/forms.ts'
import { RECALL_FORMS } from '../exports/recall-export.ts'
import type { Follower } from '../follow/follower.ts'
import type { Intake } from '../intake.ts'
import type { SigningKey } from '../keys.ts'
import type { Ledger } from '../ledger.ts'
import { Metrics } from '../metrics.ts'
import { VERSION } from '../version.ts'
import { type AppParts, createApp } from './app.ts'
import type { AccessRole } from './bearer.ts'
import { followRoutes } from './follow.ts'
import { open } from './headers.ts'
import { healthRoutes } from './health.ts'
import { PAGES } from './pages.ts'
import { parcelRoutes } from './parcels.ts'
import { problemOf, protocolStatus } from './problem.ts'
import { postLimit } from './rate-limit.ts'
import { sameSite } from './same-site.ts'
import { statementRoutes } from './statements.ts'

// What the handlers are that stand before a route: they are made anew for each of them.
const made = vi.hoisted(() => ({ limits: new Set<unknown>(), roles: new Map<unknown, string>() }))
vi.mock(import('./rate-limit.ts'), async (original) => {
  const real = await original()
  const noted =
    <A extends unknown[]>(make: (...args: A) => RequestHandler) =>
    (...args: A): RequestHandler => {
      const handler = make(...args)
      made.limits.add(handler)
      return handler
    }
  return {
    ...real,
    readLimit: noted(real.readLimit),
    postLimit: noted(real.postLimit),
    strangerLimit: noted(real.strangerLimit),
    rateLimit: noted(real.rateLimit),
  }
})
vi.mock(import('./bearer.ts'), async (original) => {
  const real = await original()
  return {
    ...real,
    requireRole: (access, role: AccessRole, now) => {
      const handler = real.requireRole(access, role, now)
      made.roles.set(handler, role)
      return handler
    },
  }
})

const LIMITS = { postsPerSecond: 50, readsPerSecond: 200 }
const DOCS = new URL('../../../docs/', import.meta.url)
const document = new ApiDocument(parse(readFileSync(new URL('openapi.yaml', DOCS), 'utf8')))

/** What stands in a router: a route, another router, or a handler of all that lies below a path. */
interface Layer {
  match: (path: string) => boolean
  handle: unknown
  route?: {
    path: string | RegExp
    methods: { [method: string]: boolean }
    stack: { method: string; handle: unknown }[]
  }
}

/** A method that the node answers at addresses of its own, and all that a request passes on its way. */
interface Served {
  method: string
  path: string | RegExp
  passed: Set<unknown>
}

/** Every resource of a node: made as a node makes them, without a ledger behind them. */
function appOf(own: Router, logKey?: SigningKey): Express {
  const none = {} as never
  return createApp({
    ...{ ledger: none, evidence: none, traces: none, status: none, policy: none, earlier: none, witness: none },
    ...{
      logKey,
      responses: none,
      access: [],
      pages: '/nowhere',
      limits: LIMITS,
      now: Date.now,
      log: () => undefined,
    },
    strangers: { scans: none, openings: none, complaints: none },
    publicUrl: () => 'http://node.example',
    metrics: new Metrics(),
    board: { ending: new AbortController().signal } as Board,
    own,
  } as unknown as AppParts)
}

/** The first that answers an address, with what it is passed through. */
function answering(stack: readonly Layer[], method: string, path: string): Served | undefined {
  const passed = new Set<unknown>()
  const walk = (layers: readonly Layer[]): Served['path'] | undefined => {
    for (const layer of layers) {
      const { handle, route } = layer
      if (!layer.match(path)) continue
      const below = (handle as { stack?: Layer[] }).stack
      if (route !== undefined) {
        if (!route.methods[method]) continue
        const own = route.stack.filter((one) => one.method === method).map((one) => one.handle)
        for (const one of own) passed.add(one)
        // What stands before all that costs much is no answer by itself.
        if (own.some((one) => !made.limits.has(one))) return route.path
      } else if (below !== undefined) {
        const found = walk(below)
        if (found !== undefined) return found
      } else passed.add(handle)
    }
    return undefined
  }
  const found = walk(stack)
  return found === undefined ? undefined : { method, path: found, passed }
}

/** Method and path of all that answers something. */
function served(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ handle, route }) => {
    if (route === undefined) return served((handle as { stack?: Layer[] }).stack ?? [])
    const methods = Object.keys(route.methods).filter((method) =>
      route.stack.some((one) => one.method === method && !made.limits.has(one.handle)),
    )
    return methods.map((method) => nameOf(method, route.path))
  })
}

const nameOf = (method: string, path: string | RegExp): string => `${method} ${String(path)}`
const stackOf = (app: Express): Layer[] => (app as unknown as { router: { stack: Layer[] } }).router.stack

let leader: Layer[]
let follower: Layer[]
beforeAll(() => {
  const none = {} as never
  const [ledger, limit] = [{} as Ledger, postLimit(LIMITS)]
  leader = stackOf(
    appOf(
      Router()
        .use(statementRoutes({} as Intake, limit))
        .use(parcelRoutes({ ledger, intake: none, evidence: none, verify: none }, limit))
        .use(healthRoutes(ledger, {} as Intake, VERSION, () => undefined)),
      {} as SigningKey,
    ),
  )
  follower = stackOf(appOf(followRoutes(ledger, {} as Follower, VERSION)))
})

const answered = (route: Route, stack = leader): Served | undefined =>
  answering(stack, route.method, document.addressOf(route))
const called = ({ method, path }: Route): string => `${method} ${path}`

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 that nobody stumbles over', () => {
    expect(document.flaws()).toEqual([])
    expect((document.value['info'] as { version: string }).version).toBe(VERSION)
  })

  it('would be found out: a reference, a name, a bound, an example, a parameter', () => {
    const flawsOf = (change: (value: never) => void): string[] => {
      const value = structuredClone(document.value)
      change(value as never)
      return new ApiDocument(value).flaws()
    }
    interface Changed {
      paths: {
        [path: string]: {
          [method: string]: { parameters: { $ref?: string; schema: object; example: unknown }[]; operationId: string }
        }
      }
      components: { schemas: { [name: string]: { [keyword: string]: unknown } } }
    }
    const key = '/v1/keys/{kid}'
    const wrongs: ((value: Changed) => void)[] = [
      ({ paths }) => (paths['/v1/trace']!['get']!.parameters[0]!.$ref = '#/components/parameters/Nobody'),
      ({ paths }) => (paths['/v1/trace']!['get']!.operationId = 'getKey'),
      ({ paths }) => (paths[key]!['get']!.parameters[0]!.example = 'too short'),
      ({ paths }) => paths[key]!['get']!.parameters.pop(),
      ({ paths }) =>
        (paths['/v1/trace']!['get']!.parameters[1]!.schema = { type: 'string', enum: ['x'], default: 'y' }),
      ({ components }) => (components.schemas['Count']!['minumum'] = 0),
      ({ components }) => (components.schemas['Unread'] = { type: 'string' }),
      ({ components }) => delete components.schemas['Trace'],
    ]
    for (const wrong of wrongs) expect(flawsOf(wrong), String(wrong)).not.toEqual([])
  })

  it('has an example of an event that a ledger takes', () => {
    const { examples } = (document.value as { components: { schemas: { Event: { examples: Json[] } } } }).components
      .schemas.Event
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) parseRecordedEvent('batch', utf8(canonicalJson(example)))
  })

  it('has the addresses that the specification has in words, and no others', () => {
    const plain = (path: string): string => path.replaceAll(/<[^>]*>|\{\w+\}/g, '{}').replace(/[ ?[…].*$/, '')
    // Pages, and what is alike of many: kinds of subjects, forms of exports, beginnings of tiles.
    const others = [/^GET \/(|\w+|sw\.js)$/, /^GET \/\d+\//, /^GET \/v1\/exports\//, /\.p\/\{\}$/]
    const only = (names: readonly string[]): Set<string> =>
      new Set(names.filter((name) => name === 'GET /checkpoint' || !others.some((other) => other.test(name))))
    const words = readFileSync(new URL('spec/http.md', DOCS), 'utf8').matchAll(/`(GET|POST|DELETE) (\/[^`]*)`/g)
    const named = only([...words].map(([, method, path]) => `${method} ${plain(path!)}`))
    expect(named.size).toBeGreaterThan(40)
    expect(only(document.routes.map(({ method, path }) => `${method.toUpperCase()} ${plain(path)}`))).toEqual(named)
  })

  it('leads to pages and headings that are there', () => {
    const urls = [...readFileSync(new URL('openapi.yaml', DOCS), 'utf8').matchAll(/\burl: (spec\/[^\s,}]+)/g)]
    expect(urls.length).toBeGreaterThan(20)
    const broken = urls.filter(([, url]) => {
      const [file = '', anchor] = url!.split('#')
      if (!existsSync(new URL(file, DOCS))) return true
      const headings = [...readFileSync(new URL(file, DOCS), 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, text]) =>
        text!
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      )
      return anchor !== undefined && !headings.includes(anchor)
    })
    expect(broken.map(([, url]) => url)).toEqual([])
  })
})

describe('what holds answers against the document', () => {
  const schema = {
    type: 'object',
    required: ['n', 'when'],
    properties: {
      n: { type: ['integer', 'null'], minimum: 1, maximum: 3 },
      when: { type: 'string', format: 'date-time', pattern: 'Z$' },
      list: { type: 'array', maxItems: 2, uniqueItems: true, items: { enum: ['a', 'b', 'c'] } },
      one: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Quantity' }] },
      more: { allOf: [{ $ref: '#/components/schemas/Quantity' }], properties: { kind: { const: 'x' } } },
      open: { type: 'object', additionalProperties: { type: 'string', minLength: 1 } },
      none: { not: { enum: ['no'] } },
    },
  }
  const whole = { n: 1, when: '2026-11-22T08:00:00.000Z' }

  it.each<[fits: boolean, change: object]>([
    [true, {}],
    [
      true,
      {
        n: null,
        list: ['a', 'b'],
        one: { milli: 1.5 },
        more: { milli: 1, kind: 'x' },
        open: { any: 'x' },
        none: 'yes',
      },
    ],
    [true, { one: null }],
    [false, { n: 0 }],
    [false, { n: 4 }],
    [false, { n: 1.5 }],
    [false, { n: '1' }],
    [false, { when: undefined }],
    [false, { when: 'some day Z' }],
    [false, { when: '2026-11-22T08:00:00+01:00' }],
    [false, { list: ['a', 'b', 'c'] }],
    [false, { list: ['a', 'a'] }],
    [false, { list: ['d'] }],
    [false, { one: {} }],
    [false, { more: { milli: 1, kind: 'y' } }],
    [false, { more: { milli: 1, other: 1 } }],
    [false, { open: { any: '' } }],
    [false, { none: 'no' }],
    [false, { undescribed: 1 }],
  ])('says %s of %j', (fits, change) => {
    const value: unknown = JSON.parse(JSON.stringify({ ...whole, ...change }))
    expect(misfits(document.value, schema, value).length === 0).toBe(fits)
  })
})

describe('the routes of a node', () => {
  it('stand in the document each, and the document names no other', () => {
    const described = document.routes.map((route) => {
      const found = answered(route)
      return found === undefined ? `nothing answers ${called(route)}` : nameOf(found.method, found.path)
    })
    const pages = ['/', ...PAGES.map((page) => `/${page}`)]
    const all = served(leader).filter((name) => !name.startsWith('options '))
    expect(all.length).toBeGreaterThan(55)
    expect(new Set([...described, ...pages.map((page) => nameOf('get', page))])).toEqual(new Set(all))
    const { description } = document.value['info'] as { description: string }
    for (const page of pages) expect(description).toContain(`\`${page}\``)
  })

  it('are called as the document calls them', () => {
    for (const route of document.routes) {
      const path = answered(route)?.path
      if (typeof path !== 'string' || path.includes('*') || path.includes(':form')) continue
      expect(route.path.replaceAll(/\{\w+\}/g, '{}'), called(route)).toBe(path.replaceAll(/:\w+/g, '{}'))
    }
  })

  it('have the forms of exports that there are', () => {
    const forms = document.routes.flatMap(({ path }) => /^\/v1\/exports\/(.+)$/.exec(path)?.[1] ?? [])
    expect(new Set(forms)).toEqual(new Set([...EXPORT_FORMS, ...RECALL_FORMS]))
  })

  it('of a follower are those, without what the description says of it', () => {
    const missing = document.routes.filter((route) => answered(route, follower) === undefined).map(called)
    expect(missing).toEqual(['post /v1/parcels', 'get /v1/statements/{entry}', 'get /v1/statements/{entry}/receipt'])
  })

  it('are limited, guarded and open where the document says so, and nowhere else', () => {
    for (const route of document.routes) {
      const { passed } = answered(route)!
      const { security, parameters = [], responses } = route.operation
      const roles = [...passed].flatMap((one) => made.roles.get(one) ?? [])
      const name = called(route)
      expect(
        (security ?? []).flatMap((one) => Object.keys(one)),
        name,
      ).toEqual(roles)
      expect(
        ['401', '403'].map((status) =>
          document.codesOf(responses[status] ?? {}).some((code) => code.startsWith('TOKEN_')),
        ),
        name,
      ).toEqual(roles.length > 0 ? [true, true] : [false, false])
      expect('429' in responses, `${name}: 429`).toBe([...passed].some((one) => made.limits.has(one)))
      const ownSite = parameters.some((one) => document.of(one)['name'] === 'Sec-Fetch-Site')
      expect(ownSite, `${name}: Sec-Fetch-Site`).toBe(passed.has(sameSite))
      // Whoever may read it may ask first, from another origin.
      if (passed.has(open)) expect(answering(leader, 'options', document.addressOf(route)), name).toBeDefined()
      const good = Object.entries(responses).filter(([status]) => /^[23]/.test(status) && status !== '204')
      for (const [status, response] of good)
        expect(
          'Access-Control-Allow-Origin' in ((document.of(response)['headers'] ?? {}) as object),
          `${name} ${status}`,
        ).toBe(passed.has(open))
    }
  })
})

/** Codes that could become answers, and are none: nothing that a request reaches is refused with them. */
const NEVER = [
  // What readers, gateways and programs check, and nodes do not.
  /^422 (BYTES|CBOR|PROOF|NOTE|CHECKPOINT|POLICY|SEAL|ACK|ENROLMENT|NOTICE|ROUTE|SPECTRUM|BUNDLE|HISTORY|LEDGER|FRAME|TLOG_PROOF|RECEIPT|FORK|WITNESS)_/,
  /^413 (CBOR|BUNDLE|FRAME|RECEIPT)_SIZE$/,
  /^404 TILE_SIZE$/,
  // What scanners and tags say.
  /^(400|422) GS1_(SCAN|TAG|AMBIGUOUS)$/,
]

describe('the codes of problems', () => {
  const source = readFileSync(new URL('../../../protocol/src/error.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code as ProtocolCode)
  const parsers = [412, 415, 416].map((status) => problemOf(Object.assign(new Error('of a parser'), { status })))
  const given = new Set([
    '500 INTERNAL',
    ...parsers.map((one) => `${one?.status} ${one?.code}`),
    ...(Object.keys(SENTENCES) as LedgerCode[]).flatMap((code) => {
      const status = problemOf(new LedgerError(code, ''))?.status
      return status === undefined ? [] : [`${status} ${code}`]
    }),
    ...codes.map((code) => `${problemOf(new ProtocolError(code, ''))?.status} ${code}`),
    // Of what is in a batch.
    ...codes.filter((code) => code.startsWith('GS1_')).map((code) => `${protocolStatus(code)} ${code}`),
  ])
  const told = new Set(
    document.routes.flatMap(({ operation: { responses } }) =>
      Object.entries(responses).flatMap(([status, response]) =>
        document.codesOf(response).map((code) => `${status} ${code}`),
      ),
    ),
  )

  it('are those that the node has, each under its status', () => {
    expect(codes.length).toBeGreaterThan(80)
    expect([...told].filter((one) => !given.has(one))).toEqual([])
  })

  it('are all told but those that are no answers', () => {
    const untold = [...given].filter((one) => !told.has(one))
    expect(untold.filter((one) => !NEVER.some((never) => never.test(one)))).toEqual([])
    for (const never of NEVER)
      expect(
        untold.some((one) => never.test(one)),
        String(never),
      ).toBe(true)
  })
})
