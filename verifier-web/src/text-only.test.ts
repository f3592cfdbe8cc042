// What others write is text on every page: nothing in the pages' sources can make markup, code or an address of it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SOURCES = ['src', 'worker'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name): [string, string] => [name, readFileSync(join(ROOT, folder, name), 'utf8')]),
)

/** Ways to make more than text of a text. */
const SINKS =
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|createContextualFragment|DOMParser|setHTMLUnsafe|importScripts)\b|document\.write|\beval\s*\(|new Function\b|setTimeout\(\s*['"`]|window\.open|\bjavascript:/

/** An address begins on this page's own origin, or is made by one of these. */
const OWN_ADDRESS =
  /^(?:`[#/?](?!\/)|inSameLanguage\(|inLanguage\(|hashOf\(|asDataUrl\(|(?:action|copied)\.href|[\w.]+ < 0 \?|is\w+ \?|path\b)/

it('reads well over a hundred sources', () => {
  expect(SOURCES.length).toBeGreaterThan(150)
})

it('makes no more than text of a text', () => {
  const found = SOURCES.map(([name, source]) => [
    name,
    SINKS.exec(source.replaceAll(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, ''))?.[0],
  ])
  expect(found.filter(([, sink]) => sink !== undefined)).toEqual([])
})

it('has no address that others could choose the beginning of', () => {
  const addresses = SOURCES.flatMap(([name, source]) =>
    [...source.matchAll(/\b(?:href|src|action|formAction|formaction|poster|data)=\{([^}]*)/g)].map((found) => [
      name,
      found[1]!,
    ]),
  )
  expect(addresses.length).toBeGreaterThan(15)
  expect(addresses.filter(([, address]) => !OWN_ADDRESS.test(address!))).toEqual([])
})
