import { type Plugin, parseAst } from 'vite'

/** Functions and methods of protocol/ that throw a ProtocolError, or make what does: what they are given besides its code is for logs. */
const REFUSING = /^(?:refuse|bad|malformed|missing|fail|conflict|word|matching|shape)$/
const CODE = /^[A-Z0-9_]+$/

/**
 * Leaves out the sentences of protocol errors. They are for logs and programmers; the page speaks from the codes, in the reader's
 * language, and every kilobyte stands before the verdict.
 */
export const terse: Plugin = {
  name: 'terse',
  apply: 'build',
  transform(code, id) {
    if (!/[/\\]protocol[/\\]src[/\\]/.test(id)) return undefined
    const sentences = sentencesIn(parseAst(code, { lang: 'ts' }))
    let text = code
    for (const { start, end } of sentences.sort((a, b) => b.start - a.start))
      text = `${text.slice(0, start)}''${text.slice(end)}`
    return sentences.length === 0 ? undefined : { code: text, map: null }
  },
}

interface Node {
  type: string
  start: number
  end: number
  value?: unknown
  callee?: { name?: string; property?: { name?: string } }
  arguments?: Node[]
}

function isSentence({ type, value }: Node): boolean {
  return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string' && !CODE.test(value))
}

function sentencesIn(tree: unknown): Node[] {
  if (Array.isArray(tree)) return tree.flatMap(sentencesIn)
  if (typeof tree !== 'object' || tree === null) return []
  const { type, callee, arguments: given = [] } = tree as Node
  const isRefusal =
    type === 'NewExpression'
      ? callee?.name === 'ProtocolError'
      : type === 'CallExpression' && REFUSING.test(callee?.name ?? callee?.property?.name ?? '')
  const sentences = isRefusal ? given.filter(isSentence) : []
  // What stands inside a sentence goes with it.
  const inside = Object.values(tree)
    .flatMap(sentencesIn)
    .filter(({ start, end }) => !sentences.some((outer) => outer.start <= start && end <= outer.end))
  return [...sentences, ...inside]
}
