import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EVIDENCE_BYTES, LIMITS } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Sources below a folder, without tests and what only tests use. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/(?:^|\/)_/.test(name))
    .map((name) => join(folder, name))
}

/** What is between the first of these and the next of those. */
function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from)
  if (start < 0) throw new Error(`no ${from}`)
  const end = text.indexOf(to, start + from.length)
  return text.slice(start + from.length, end < 0 ? undefined : end)
}

/** Members of a union or list of texts, as the code declares it. */
const declared = (path: string, head: string): string[] =>
  [...between(read(path), head, '\n\n').matchAll(/^ {2}(?:\| )?'([\w-]+)'/gm)].map(([, name]) => name!)

/** Texts in backquotes. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name!)
/** Texts in backquotes in the first cells of a table's rows. */
const firstCells = (text: string): string[] =>
  text.split('\n').flatMap((row) => (row.startsWith('| ') ? quoted(row.split('|')[1]!) : []))

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1))

const SPEC = read('docs/spec/README.md')
const HTTP = read('docs/spec/http.md')
const OPERATE = read('docs/operate.md')

describe('the specification', () => {
  it('lists its pages', () => {
    const pages = readdirSync(join(ROOT, 'docs/spec')).filter((name) => name !== 'README.md')
    const listed = [...between(SPEC, '| page |', '\n\n').matchAll(/^\| \[([\w-]+)\]\(([\w-]+\.md)\)/gm)]
    expect(sorted(listed.map(([, , page]) => page!))).toEqual(sorted(pages))
    for (const [, name, page] of listed) expect(page).toBe(`${name}.md`)
  })

  it('has every code of the protocol, and no other', () => {
    const codes = declared('protocol/src/error.ts', 'export type ProtocolCode =')
    const named = firstCells(between(SPEC, '## Error codes', 'The programs have'))
    const expanded = named.flatMap((name) =>
      name.endsWith('*') ? codes.filter((code) => code.startsWith(name.slice(0, -1))) : [name],
    )
    expect(codes.length).toBeGreaterThan(80)
    expect(sorted(expanded)).toEqual(sorted(codes))
  })

  it.each([
    ['log entry', LIMITS.entryBytes],
    ['event |', LIMITS.eventBytes],
    ['events in a batch', LIMITS.batchEvents],
    ['batch as sent', LIMITS.batchBytes],
    ['piece of evidence', EVIDENCE_BYTES],
    ['note;', LIMITS.noteBytes],
    ['note;', LIMITS.noteSignatures],
    ['origin', LIMITS.originBytes],
    ['policy;', LIMITS.policyBytes],
    ['policy;', LIMITS.policyNames],
    ['operations of one administrator', LIMITS.pendingOperations],
    ['numbers that an administrator leaves out', LIMITS.seqGap],
  ])('limits %s to %i', (what, most) => {
    const row = SPEC.split('\n').find((line) => line.startsWith(`| ${what}`)) ?? ''
    expect(row).toMatch(new RegExp(`\\b${most.toLocaleString('en')}\\b`))
  })

  it.each([
    ['findings', 'protocol/src/finding/finding.ts', 'export type FindingCode ='],
    ['spectrum', 'protocol/src/spectrum/result.ts', 'export const TEST_CODES = ['],
    ['http', 'ledger-node/src/board/concerns.ts', 'export type ConcernCode ='],
  ])('%s.md has every code of %s', (page, source, head) => {
    const names = new Set(quoted(read(`docs/spec/${page}.md`)))
    expect(declared(source, head).filter((code) => !names.has(code))).toEqual([])
  })

  it.each([
    ['governance', 'governance-types', 'op'],
    ['report', 'report-types', 'kind'],
  ])('%s.md has every kind of %s.ts', (page, source, member) => {
    const kinds = [...read(`protocol/src/event/${source}.ts`).matchAll(new RegExp(`^  ${member}: '([\\w-]+)'`, 'gm'))]
    const text = read(`docs/spec/${page}.md`)
    expect(kinds.length).toBeGreaterThan(5)
    expect(kinds.map(([, kind]) => kind!).filter((kind) => !text.includes(`\`${kind}\``))).toEqual([])
  })

  it('has every address that a node answers at, and no other', () => {
    const served = sources('ledger-node/src').flatMap((path) =>
      [...read(path).matchAll(/\.(get|post)\(\s*'(\/[^']*)'/g)].map(
        ([, method, address]) => `${method!.toUpperCase()} ${address!}`,
      ),
    )
    // What is told without a method is meant in any.
    const told = quoted(HTTP.replaceAll(/```.*?```/gs, ''))
      .filter((text) =>
        /^(?:(?:GET|POST) )?\/(?:v1|tile|witness|checkpoint|add-checkpoint|healthz|metrics)\b/.test(text),
      )
      .map((text) => text.replaceAll(/<[^>]*>/g, '<>').replace(/(?:\[.*|\?.*| \{.*)$/, ''))
      .filter((text) => !text.includes('…'))
    const fits = (route: string, address: string): boolean =>
      new RegExp(`^${route.replaceAll(/\*\w+/g, '.+').replaceAll(/:\w+/g, '[^/]+')}$`).test(
        address.startsWith('/') ? `${route.split(' ')[0]} ${address}` : address,
      )
    const routes = served.filter((route) => route.length > 'GET /'.length)
    expect(routes.length).toBeGreaterThan(40)
    expect(routes.filter((route) => !told.some((address) => fits(route, address)))).toEqual([])
    expect(told.filter((address) => !routes.some((route) => fits(route, address)))).toEqual([])
  })

  it('has the status of every code that a node answers with', () => {
    const source = between(read('ledger-node/src/http/problem.ts'), 'const STATUS:', '\n}')
    const given = [...source.matchAll(/^ {2}([A-Z_]+): (\d+),/gm)].map(([, code, status]) => `${status} ${code}`)
    const rows = [...between(HTTP, '## Problems', '## Headers').matchAll(/^\| (\d+) \| (.*) \|$/gm)]
    const told = rows.flatMap(([, status, codes]) => quoted(codes!).map((code) => `${status} ${code}`))
    expect(given.filter((one) => !told.includes(one))).toEqual([])
  })

  it('has the policy that pages come with', () => {
    const parts = [
      ...between(read('ledger-node/src/http/headers.ts'), 'PAGE_POLICY', '].join').matchAll(/"([^"]+)"|'([^']+)'/g),
    ]
    const told = /`(default-src[^`]*)`/.exec(HTTP)?.[1]
    expect(parts.map(([, a, b]) => a ?? b).join('; ')).toBe(told)
  })
})

describe('every page', () => {
  it('names no code that no program has', () => {
    const parts = ['protocol', 'edge-agent', 'ledger-node', 'verifier-web', 'firmware-sim']
    const known = new Set(
      parts
        .flatMap((part) => sources(`${part}/src`))
        .flatMap((path) => read(path).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []),
    )
    const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name))
    // Variables are no codes.
    const others = new Set(['NODE_EXTRA_CA_CERTS', 'ID_PATH'])
    const unknown = [...pages, 'README.md', 'SECURITY.md'].flatMap((page) =>
      quoted(read(page))
        .filter(
          (text) =>
            /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) &&
            !known.has(text) &&
            !others.has(text) &&
            !text.startsWith('TRISTAMP_'),
        )
        .map((code) => `${page}: ${code}`),
    )
    expect(unknown).toEqual([])
  })
})

describe('the page on operation', () => {
  it('has the sentence of every code of the ledger', () => {
    const sentences = between(read('ledger-node/src/error.ts'), 'export const SENTENCES', '\n}\n')
    const told = [...between(OPERATE, '## Codes of the ledger', '\n## ').matchAll(/^\| `([A-Z0-9_]+)` \| (.*) \|$/gm)]
    const given = [...sentences.matchAll(/^ {2}([A-Z_]+): \{\s*en: (?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/gm)]
    expect(given.length).toBeGreaterThan(50)
    const pairs = (list: RegExpMatchArray[]): string[] =>
      sorted(list.map(([, code, a, b]) => `${code}: ${(a ?? b ?? '').replaceAll("\\'", "'")}`))
    expect(pairs(told)).toEqual(pairs(given))
  })

  it('has every code of the gateway, and no other', () => {
    const codes = declared('edge-agent/src/error.ts', 'export type AgentCode =')
    expect(codes.length).toBeGreaterThan(50)
    expect(sorted(firstCells(between(OPERATE, '## Codes of the gateway', '\n## ')))).toEqual(sorted(codes))
  })

  it.each(['ledger-node', 'edge-agent'])('has every variable and metric of %s', (part) => {
    const text = sources(`${part}/src`).map(read).join('\n')
    const names = sorted(
      text.match(/(?<=['"`]|^ {2})(?:TRISTAMP_[A-Z_]*[A-Z]|tristamp_[a-z_]+[a-z])(?=['"`]|: ')/gm) ?? [],
    )
    expect(names.length).toBeGreaterThan(3)
    // Of the gateway's metrics the family is told.
    const told = (name: string): boolean => OPERATE.includes(name.replace(/^tristamp_agent_.*/, 'tristamp_agent_*'))
    expect(names.filter((name) => !told(name))).toEqual([])
  })
})
