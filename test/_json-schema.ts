// JSON Schema 2020-12, as much of it as docs/openapi.yaml uses. Any other keyword is an error: a bound that is mistyped would bind nothing.

export type Value = { [member: string]: unknown }
export type Schema = boolean | Value

const ANNOTATIONS = new Set(['description', 'default', 'example', 'examples', 'externalDocs', 'contentEncoding'])

const FORMATS: { [format: string]: (text: string) => boolean } = {
  'date-time': (text) => !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text) => URL.canParse(text),
}

/** A check of a value against what a keyword holds: what is wrong, or undefined. It looks at values of its own type alone. */
type Check = (value: never, given: never) => string | undefined

const CHECKS: { [keyword: string]: [type: string, check: Check] } = {
  minimum: ['number', (value: number, least: number) => (value < least ? `${value} is below ${least}` : undefined)],
  maximum: ['number', (value: number, most: number) => (value > most ? `${value} is above ${most}` : undefined)],
  exclusiveMinimum: ['number', (value: number, least: number) => (value <= least ? `not above ${least}` : undefined)],
  minLength: ['string', (value: string, least: number) => ([...value].length < least ? 'too short' : undefined)],
  maxLength: ['string', (value: string, most: number) => ([...value].length > most ? 'too long' : undefined)],
  pattern: [
    'string',
    (value: string, given: string) => (new RegExp(given, 'u').test(value) ? undefined : `not ${given}`),
  ],
  format: ['string', (value: string, given: string) => (FORMATS[given]!(value) ? undefined : `no ${given}`)],
  minItems: ['array', (value: unknown[], least: number) => (value.length < least ? 'too few' : undefined)],
  maxItems: ['array', (value: unknown[], most: number) => (value.length > most ? 'too many' : undefined)],
  uniqueItems: [
    'array',
    (value: unknown[]) =>
      new Set(value.map((one) => JSON.stringify(one))).size < value.length ? 'one twice' : undefined,
  ],
  maxProperties: [
    'object',
    (value: Value, most: number) => (Object.keys(value).length > most ? 'too many' : undefined),
  ],
}

const APPLIED = new Set([
  ...['$ref', 'allOf', 'oneOf', 'not', 'type', 'const', 'enum', 'required'],
  ...['properties', 'additionalProperties', 'propertyNames', 'items'],
])

/** What was found in a value by one schema: what is wrong, and which members are described. */
interface Found {
  flaws: string[]
  known: Set<string> | 'all'
}

/**
 * What of a value does not fit a schema; nothing where all of it does. A member that no part of the schema describes does not fit either:
 * whoever reads the schema would not know of it.
 * @throws Error for a schema that cannot be read, or a reference that leads nowhere
 */
export function misfits(document: Value, schema: Schema, value: unknown, at = ''): string[] {
  const { flaws, known } = look(document, schema, value, at)
  if (!isObject(value) || known === 'all') return flaws
  const others = Object.keys(value).filter((name) => !known.has(name))
  return [...flaws, ...others.map((name) => `${at}/${name}: not described`)]
}

function look(document: Value, schema: Schema, value: unknown, at: string): Found {
  if (typeof schema === 'boolean') return { flaws: schema ? [] : [`${at}: nothing may be here`], known: 'all' }
  const { type, required, properties, additionalProperties: others, propertyNames, items } = schema
  const found: Found = { flaws: [], known: new Set(Object.keys((properties ?? {}) as Value)) }
  if (type !== undefined && ![type].flat().some((one) => isOf(one as string, value)))
    return { flaws: [`${at}: ${typeOf(value)} for ${[type].flat().join(' or ')}`], known: 'all' }
  if ('const' in schema && schema['const'] !== value) found.flaws.push(`${at}: not ${String(schema['const'])}`)
  if ('enum' in schema && !(schema['enum'] as unknown[]).includes(value))
    found.flaws.push(`${at}: ${String(value)} is not one of ${String(schema['enum'])}`)
  for (const [keyword, given] of Object.entries(schema)) {
    if (APPLIED.has(keyword) || ANNOTATIONS.has(keyword)) continue
    const [of, check] = CHECKS[keyword] ?? []
    if (check === undefined) throw new Error(`${at}: no keyword ${keyword}`)
    const flaw = of === typeOf(value) ? check(value as never, given as never) : undefined
    if (flaw !== undefined) found.flaws.push(`${at}: ${flaw}`)
  }
  for (const part of partsOf(document, schema)) add(found, look(document, part, value, at))
  if ('oneOf' in schema) add(found, oneOf(document, schema['oneOf'] as Schema[], value, at))
  if ('not' in schema && look(document, schema['not'] as Schema, value, at).flaws.length === 0)
    found.flaws.push(`${at}: what it must not be`)
  if (Array.isArray(value) && items !== undefined)
    found.flaws.push(...value.flatMap((one, i) => misfits(document, items as Schema, one, `${at}/${i}`)))
  if (!isObject(value)) return found
  for (const name of (required ?? []) as string[])
    if (!Object.hasOwn(value, name)) found.flaws.push(`${at}/${name}: missing`)
  for (const [name, one] of Object.entries(value)) {
    const own = (properties as { [name: string]: Schema } | undefined)?.[name] ?? (others as Schema | undefined)
    if (own !== undefined) found.flaws.push(...misfits(document, own, one, `${at}/${name}`))
    if (propertyNames !== undefined)
      found.flaws.push(...misfits(document, propertyNames as Schema, name, `${at}/${name}`))
  }
  return { flaws: found.flaws, known: others === undefined || others === false ? found.known : 'all' }
}

function partsOf(document: Value, schema: Value): Schema[] {
  const { $ref, allOf = [] } = schema
  return [...(typeof $ref === 'string' ? [pointed(document, $ref) as Schema] : []), ...(allOf as Schema[])]
}

function oneOf(document: Value, branches: Schema[], value: unknown, at: string): Found {
  const looked = branches.map((one) => look(document, one, value, at))
  const [fits, ...more] = looked.filter(({ flaws }) => flaws.length === 0)
  if (fits !== undefined && more.length === 0) return fits
  return { flaws: [`${at}: fits ${more.length > 0 ? 'several' : `none: ${looked[0]?.flaws}`}`], known: 'all' }
}

function add(found: Found, more: Found): void {
  found.flaws.push(...more.flaws)
  if (found.known === 'all' || more.known === 'all') found.known = 'all'
  else for (const name of more.known) found.known.add(name)
}

/** What a reference within the document leads to. @throws Error for nothing */
export function pointed(document: Value, ref: string): unknown {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (at, name) => (isObject(at) ? at[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      document,
    )
  if (found === undefined) throw new Error(`${ref} leads nowhere`)
  return found
}

/** Every schema below one, itself first. What an annotation holds is none. */
export function schemasIn(schema: Schema): Value[] {
  if (typeof schema === 'boolean') return []
  const { properties, additionalProperties, propertyNames, items, not, allOf, oneOf: some } = schema
  const below = [
    ...Object.values((properties ?? {}) as Value),
    ...[additionalProperties, propertyNames, items, not].filter((one) => one !== undefined),
    ...((allOf ?? []) as Schema[]),
    ...((some ?? []) as Schema[]),
  ]
  return [schema, ...below.flatMap((one) => schemasIn(one as Schema))]
}

/** What is wrong with a schema itself, whatever it is asked about. */
export function schemaFlaws(schema: Value): string[] {
  const unknown = Object.keys(schema).filter(
    (keyword) => !APPLIED.has(keyword) && !ANNOTATIONS.has(keyword) && !Object.hasOwn(CHECKS, keyword),
  )
  const { pattern, format, required = [], properties } = schema
  if (typeof pattern === 'string') new RegExp(pattern, 'u')
  return [
    ...unknown.map((keyword) => `no keyword ${keyword}`),
    ...(typeof format === 'string' && !Object.hasOwn(FORMATS, format) ? [`no format ${format}`] : []),
    ...(schema['additionalProperties'] === false
      ? (required as string[]).filter((name) => !Object.hasOwn((properties ?? {}) as Value, name))
      : []
    ).map((name) => `${name} is required and not described`),
  ]
}

function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function isOf(type: string, value: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type
}
