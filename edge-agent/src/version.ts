import { readFileSync } from 'node:fs'

/** The version of this package: the one in its package.json, from src and from dist alike. */
export const VERSION: string = readVersion()

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version?: unknown }).version)
}
