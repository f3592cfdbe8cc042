/**
 * Templates of a logger's line, in place of regular expressions: literal text, blanks that match any run of blanks (none included), `{Name}` for a
 * decimal number, `{*}` for anything up to the next literal. One pass from left to right, so no template can hang on any line.
 */
export interface Template {
  readonly names: readonly string[]
  /** The numbers of a whole line, in thousandths; undefined when the line is not of this form. */
  read(line: string): ReadonlyMap<string, number> | undefined
}

type Token = { kind: 'text'; text: string } | { kind: 'blank' } | { kind: 'number'; name: string } | { kind: 'any' }

const MAX_TEMPLATE = 256
const MAX_FIELDS = 16
/** A sign, up to six digits, up to six decimals: no instrument of ours has more. */
const NUMBER = /[+-]?\d{1,6}(?:\.\d{1,6})?/y
/** What an instrument puts for "no number"; it makes the line a line without values, not a damaged one. */
const NO_NUMBER = /nan|-nan|inf|-inf|err(?:or)?|--+|n\/a/iy

/** @returns undefined when the template is too long, names a field twice, has two fields side by side or none */
export function parseTemplate(text: string): Template | undefined {
  if (text.length === 0 || text.length > MAX_TEMPLATE) return undefined
  const tokens = tokensOf(text)
  const names = tokens?.flatMap((token) => (token.kind === 'number' ? [token.name] : [])) ?? []
  if (!tokens || names.length === 0 || names.length > MAX_FIELDS || new Set(names).size < names.length) return undefined
  return isAmbiguous(tokens) ? undefined : { names, read: (line) => read(tokens, line) }
}

/** Two fields with nothing but blanks between them; a `{*}` at the end, after a blank, takes whatever is left. */
function isAmbiguous(tokens: readonly Token[]): boolean {
  const rest = tokens.at(-1)?.kind === 'any' && tokens.at(-2)?.kind === 'blank'
  const fields = (rest ? tokens.slice(0, -1) : tokens).filter(({ kind }) => kind !== 'blank')
  return fields.some(({ kind }, i) => i > 0 && isField(kind) && isField(fields[i - 1]!.kind))
}

function isField(kind: Token['kind']): boolean {
  return kind === 'number' || kind === 'any'
}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  for (const part of text.match(/\{[^{}]*\}|[ \t]+|[^{} \t]+|[{}]/g) ?? []) {
    if (/^[ \t]/.test(part)) tokens.push({ kind: 'blank' })
    else if (part === '{*}') tokens.push({ kind: 'any' })
    else if (part.startsWith('{')) {
      const name = /^\{([A-Za-z]{1,32})\}$/.exec(part)?.[1]
      if (name === undefined) return undefined
      tokens.push({ kind: 'number', name })
    } else if (part === '}') return undefined
    else tokens.push({ kind: 'text', text: part })
  }
  return tokens
}

/** Marks a field in which the instrument said that it has no number. */
const NOT_A_NUMBER: number = Number.NaN

function read(tokens: readonly Token[], line: string): ReadonlyMap<string, number> | undefined {
  const values = new Map<string, number>()
  let at = 0
  for (const [i, token] of tokens.entries()) {
    if (token.kind === 'text') {
      if (!line.startsWith(token.text, at)) return undefined
      at += token.text.length
    } else if (token.kind === 'blank') at += blanks(line, at)
    else if (token.kind === 'any') {
      const next = tokens.slice(i + 1).find(({ kind }) => kind === 'text')
      const end = next?.kind === 'text' ? line.indexOf(next.text, at) : line.length
      if (end < 0) return undefined
      at = end
    } else {
      at += blanks(line, at)
      const found = numberAt(line, at)
      if (!found) return undefined
      values.set(token.name, found.milli)
      at = found.end
    }
  }
  return line.slice(at).trim() === '' ? values : undefined
}

function blanks(line: string, at: number): number {
  let end = at
  while (line[end] === ' ' || line[end] === '\t') end++
  return end - at
}

/** In integers: `25.315` is 25315; further decimals are rounded half away from zero. */
function numberAt(line: string, at: number): { milli: number; end: number } | undefined {
  NO_NUMBER.lastIndex = at
  const none = NO_NUMBER.exec(line)
  if (none) return { milli: NOT_A_NUMBER, end: NO_NUMBER.lastIndex }
  NUMBER.lastIndex = at
  const match = NUMBER.exec(line)
  if (!match) return undefined
  const end = NUMBER.lastIndex
  // A number that goes on is another number: none of it is used.
  if (/[\d.]/.test(line[end] ?? '')) return undefined
  const [whole = '', decimals = ''] = match[0].replace(/^[+-]/, '').split('.')
  const micro = Number(whole) * 1_000_000 + Number(decimals.padEnd(6, '0'))
  const milli = Math.floor((micro + 500) / 1000)
  return { milli: match[0].startsWith('-') ? 0 - milli : milli, end }
}
