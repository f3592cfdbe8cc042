import { type Plugin, parseAst } from 'vite'

/** Functions and methods of protocol/ that throw a ProtocolError, or make what does, and whose last argument is a sentence for logs. */
const REFUSING = /^(?:refuse|bad|malformed|missing|fail|conflict|word|matching)$/

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
  callee?: { name?: string; property?: { name?: string } }
  arguments?: Node[]
}

function sentencesIn(tree: unknown): Node[] {
  if (Array.isArray(tree)) return tree.flatMap(sentencesIn)
  if (typeof tree !== 'object' || tree === null) return []
  const { type, callee, arguments: given = [] } = tree as Node
  const made = type === 'NewExpression' && callee?.name === 'ProtocolError' ? given[1] : undefined
  const refused =
    type === 'CallExpression' && REFUSING.test(callee?.name ?? callee?.property?.name ?? '') ? given.at(-1) : undefined
  const sentence = made ?? refused
  const inside = Object.values(tree).flatMap(sentencesIn)
  if (sentence?.type !== 'Literal' && sentence?.type !== 'TemplateLiteral') return inside
  // What stands inside a sentence goes with it.
  return [sentence, ...inside.filter(({ start, end }) => start < sentence.start || end > sentence.end)]
}
