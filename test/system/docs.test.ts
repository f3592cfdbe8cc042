import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const PARTS = readdirSync(ROOT, { withFileTypes: true })
  .filter((one) => one.isDirectory() && existsSync(join(ROOT, one.name, 'package.json')))
  .map(({ name }) => name)

function pagesOf(folder: string, deep: boolean): string[] {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: deep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

const PAGES = [
  ...['.', 'deploy', 'bench', ...PARTS].flatMap((folder) => pagesOf(folder, false)),
  ...pagesOf('docs', true),
]

/** As a heading is addressed: in lower case, words joined by hyphens, no other signs. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!)
  const names = headings.map((heading) => heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase())
  const anchors = names.map((name) => name.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-'))
  return anchors.map((anchor, i) => {
    const before = anchors.slice(0, i).filter((other) => other === anchor).length
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

describe('the documentation', () => {
  it.each(PAGES)('%s leads only to what is there', (page) => {
    const text = read(page)
      .replaceAll(/```.*?```/gs, '')
      .replaceAll(/`[^`\n]*`/g, '')
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)]
    const own = links.map(([, link]) => link!).filter((link) => !/^(?:[a-z]+:|\/\/)/.test(link))
    const broken = own.filter((link) => {
      const [path = '', anchor] = decodeURIComponent(link).split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(ROOT, file))) return true
      return anchor !== undefined && file.endsWith('.md') && !anchorsOf(read(file)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it.each(PARTS.filter((part) => existsSync(join(ROOT, part, 'README.md'))))(
    'of %s names files that are there',
    (part) => {
      const named = [...read(`${part}/README.md`).matchAll(/`([\w./-]+\.(?:ts|tsx|mjs|html))`/g)].map(
        ([, file]) => file!,
      )
      const missing = named.filter((file) => ![file, join('src', file)].some((at) => existsSync(join(ROOT, part, at))))
      // Some are named without their folder, where the row names it.
      const below = readdirSync(join(ROOT, part, 'src'), { recursive: true, encoding: 'utf8' })
      expect(missing.filter((file) => !below.some((at) => at.endsWith(`/${file}`)))).toEqual([])
    },
  )

  it('lists every decision, in order', () => {
    const files = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name))
    const listed = [...read('docs/decisions/README.md').matchAll(/^\| \[(\d{4})\]\(([^)]+)\)/gm)]
    expect(listed.map(([, , file]) => file)).toEqual(files.sort((a, b) => a.localeCompare(b)))
    for (const [, number, file] of listed) expect(file!.slice(0, 4)).toBe(number)
  })

  it.each(['.', ...PARTS])('names each package that %s rests on, in its version', (part) => {
    const described = read('docs/dependencies.md')
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(join(part, 'package.json'))) as Record<
      string,
      Record<string, string>
    >
    const direct = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([name]) => !name.startsWith('@tristamp/'),
    )
    const missing = direct.filter(([name, version]) => {
      const [, said] = new RegExp(`\`${name.replaceAll('.', '\\.')}\`(?: (\\d[\\w.-]*))?`).exec(described) ?? []
      // Of what comes beside another package the name alone is told.
      return !described.includes(`\`${name}\``) || (said !== undefined && said !== version)
    })
    expect(missing).toEqual([])
  })

  it.each(['README.md', 'README.zh-CN.md'])('%s leads to every page that a node serves', (readme) => {
    const served = /PAGES[^=]*= [^[]*\[([^\]]*)\]/.exec(read('ledger-node/src/http/pages.ts'))?.[1] ?? ''
    const names = [...served.matchAll(/'([a-z]+)'/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((name) => !read(readme).includes(`/${name}`))).toEqual([])
  })
})
