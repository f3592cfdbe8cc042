import { yymmdd } from './start-time.ts'

/** Names and values, in the order in which they were defined. */
export type Variables = Map<string, string>

export interface Calendar {
  startMs: number
  /** Minutes east of Greenwich. */
  offset: number
}

const REFERENCE = /\$\{([^}]*)\}/g

/**
 * The variables of a scenario: those of its file, in whose values earlier ones may stand, with those from outside in their place.
 * `${yymmdd}` is the scenario's first day as GS1 writes dates, `${yymmdd+7}` the seventh after it.
 */
export function variables(
  own: unknown,
  outside: Readonly<Record<string, string>>,
  calendar: Calendar,
  problems: string[],
): Variables {
  const vars: Variables = new Map()
  for (let days = 0; days <= MAX_DAYS; days++) {
    const name = days === 0 ? 'yymmdd' : `yymmdd+${days}`
    vars.set(name, yymmdd(calendar.startMs, calendar.offset, days))
  }
  const entries = typeof own === 'object' && own !== null ? Object.entries(own) : []
  for (const [name, value] of entries) {
    vars.set(name, outside[name] ?? substitute(String(value), vars, `vars.${name}`, problems))
  }
  const known = new Set(entries.map(([name]) => name))
  for (const name of Object.keys(outside)) {
    if (!known.has(name)) problems.push(`vars: the scenario has no variable ${name}`)
  }
  return vars
}

/** How many days after the first have a name. */
const MAX_DAYS = 31

/** The same tree with every `${name}` in its strings replaced, `vars` itself excepted; unknown names become problems. */
export function fillIn(tree: unknown, vars: Variables, problems: string[], path = ''): unknown {
  if (typeof tree === 'string') return substitute(tree, vars, path, problems)
  if (Array.isArray(tree)) return tree.map((item, i) => fillIn(item, vars, problems, `${path}.${i}`))
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`
      return [key, at === 'vars' ? value : fillIn(value, vars, problems, at)]
    }),
  )
}

function substitute(text: string, vars: Variables, path: string, problems: string[]): string {
  return text.replaceAll(REFERENCE, (whole, name: string) => {
    const value = vars.get(name)
    if (value === undefined) problems.push(`${path}: there is no variable ${name}`)
    return value ?? whole
  })
}
