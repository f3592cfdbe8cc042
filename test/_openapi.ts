import { misfits, pointed, type Schema, schemaFlaws, schemasIn, type Value } from './_json-schema.ts'

// docs/openapi.yaml as tests look at it: what is wrong with it, and whether what a node answers is as it says.

export interface Operation extends Value {
  operationId: string
  tags: string[]
  security?: { [scheme: string]: string[] }[]
  parameters?: Value[]
  requestBody?: Value
  responses: { [status: string]: Value }
}

/** A method at a path, `{parameters}` and all. */
export interface Route {
  path: string
  method: string
  operation: Operation
}

/** An answer with its body, and whose it is. */
export interface Told {
  route: Route
  status: number
  body: string
  flaws: string[]
}

const MEMBERS = {
  operation: 'operationId tags summary description externalDocs parameters requestBody responses security',
  parameter: 'name in required description schema example',
  response: 'description headers content',
  body: 'required description content x-max-bytes',
  media: 'schema example x-event-data',
  header: 'description required schema',
} as const

export class ApiDocument {
  readonly value: Value
  readonly routes: Route[]

  constructor(value: Value) {
    this.value = value
    this.routes = Object.entries(value['paths'] as { [path: string]: { [method: string]: Operation } }).flatMap(
      ([path, item]) => Object.entries(item).map(([method, operation]): Route => ({ path, method, operation })),
    )
  }

  /** What something is, by reference or in place. */
  of(one: unknown): Value {
    const { $ref } = one as { $ref?: string }
    return $ref === undefined ? (one as Value) : this.of(pointed(this.value, $ref))
  }

  /** Which operation an address is of: the one that has the most of it in its own words. */
  routeOf(method: string, pathname: string): Route | undefined {
    const fits = ({ path, operation }: Route): boolean => {
      const name = (text: string): string =>
        String(this.#schemaOf(operation, text)['pattern'] ?? '').includes('/') ? '.+' : '[^/]+'
      const parts = path.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? name(part) : part.replace(/[.+]/g, '\\$&')))
      return new RegExp(`^${parts.join('')}$`).test(pathname)
    }
    const own = ({ path }: Route): number => path.replaceAll(/\{\w+\}/g, '').length
    const found = this.routes.filter((one) => one.method === method.toLowerCase() && fits(one))
    return found.sort((a, b) => own(b) - own(a) || b.path.length - a.path.length)[0]
  }

  /** An address of a route, from the examples of its parameters. */
  addressOf({ path, operation }: Route): string {
    return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(this.#parameter(operation, name)['example']))
  }

  /** The codes that an operation answers with a status. */
  codesOf(response: unknown): string[] {
    const { content = {} } = this.of(response)
    const { 'application/problem+json': media } = content as { [media: string]: Value | undefined }
    if (media === undefined) return []
    const { properties } = this.of(media['schema']) as { properties: { code: { enum?: string[]; const?: string } } }
    return properties.code.enum ?? [properties.code.const!]
  }

  /** What of a node's answer is not as the document has it. */
  async told(method: string, url: string, answer: Response): Promise<Told> {
    const { pathname } = new URL(url)
    const route = this.routeOf(method, pathname)
    if (route === undefined) throw new Error(`${method} ${pathname} is not described`)
    const body = await answer.text()
    const { status, headers } = answer
    const described = route.operation.responses[status]
    if (described === undefined) return { route, status, body, flaws: [`${status} is not described: ${body}`] }
    const response = this.of(described) as { headers?: Value; content?: { [media: string]: Value } }
    const flaws = Object.entries(response.headers ?? {}).flatMap(([name, one]) =>
      this.#headerFlaws(name, this.of(one), headers.get(name)),
    )
    const media = headers.get('Content-Type')?.split(';')[0]
    if (response.content === undefined)
      return { route, status, body, flaws: body === '' ? flaws : [...flaws, 'a body'] }
    const content = response.content[media ?? '']
    if (content === undefined) return { route, status, body, flaws: [...flaws, `${media} is not described`] }
    const { schema } = content as { schema?: Schema }
    const value: unknown = /\bjson$/.test(media!) ? JSON.parse(body) : body
    return {
      route,
      status,
      body,
      flaws: schema === undefined ? flaws : [...flaws, ...misfits(this.value, schema, value)],
    }
  }

  #headerFlaws(name: string, { required, schema }: Value, text: string | null): string[] {
    if (text === null) return required === true ? [`no ${name}`] : []
    const { type } = this.of(schema)
    return misfits(this.value, schema as Schema, type === 'integer' ? Number(text) : text, name)
  }

  #parameter(operation: Operation, name: string): Value {
    const found = (operation.parameters ?? []).map((one) => this.of(one)).find((one) => one['name'] === name)
    if (found === undefined) throw new Error(`${operation.operationId}: ${name} is not declared`)
    return found
  }

  #schemaOf(operation: Operation, name: string): Value {
    return this.of(this.#parameter(operation, name)['schema'])
  }

  /** What is wrong with the document itself: nothing that a reader, or a program that makes clients, would stumble over. */
  flaws(): string[] {
    const { openapi, components, tags } = this.value as { openapi: string; components: Value; tags: { name: string }[] }
    const { schemas } = components as { schemas: { [name: string]: Schema } }
    const astray = refsIn(this.value).flatMap((ref) => this.#refFlaws(ref))
    if (astray.length > 0) return astray
    const unread = Object.entries(schemas).flatMap(([name, one]) =>
      schemasIn(one).flatMap((below) => schemaFlaws(below).map((flaw) => `${name}: ${flaw}`)),
    )
    if (unread.length > 0) return unread
    const ids = this.routes.map(({ operation }) => operation.operationId)
    const used = new Set(this.routes.flatMap(({ operation }) => operation.tags))
    const erased = this.routes.map(({ path, method }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
    return [
      ...(/^3\.1\.\d+$/.test(openapi) ? [] : ['not OpenAPI 3.1']),
      ...twice(ids),
      ...twice(erased),
      ...tags.flatMap(({ name }) => (used.has(name) ? [] : [`nothing has the tag ${name}`])),
      ...[...used].flatMap((name) => (tags.some((one) => one.name === name) ? [] : [`no tag ${name}`])),
      ...this.#unused(components),
      ...Object.entries(schemas).flatMap(([name, one]) => this.#schemaFlaws(one).map((flaw) => `${name}: ${flaw}`)),
      ...this.routes.flatMap((route) =>
        this.#routeFlaws(route).map((flaw) => `${route.operation.operationId}: ${flaw}`),
      ),
    ]
  }

  #refFlaws(ref: string): string[] {
    try {
      pointed(this.value, ref)
      return []
    } catch (error) {
      return [String(error)]
    }
  }

  #unused(components: Value): string[] {
    const refs = new Set(refsIn(this.value))
    const kinds = Object.entries(components).filter(([kind]) => kind !== 'securitySchemes')
    const all = kinds.flatMap(([kind, named]) =>
      Object.keys(named as Value).map((name) => `#/components/${kind}/${name}`),
    )
    return all.filter((ref) => !refs.has(ref)).map((ref) => `${ref} is not used`)
  }

  #routeFlaws({ path, method, operation }: Route): string[] {
    const parameters = (operation.parameters ?? []).map((one) => this.of(one))
    const inPath = parameters.filter((one) => one['in'] === 'path')
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    const body = operation.requestBody === undefined ? [] : [this.of(operation.requestBody)]
    const schemes = Object.keys((this.value['components'] as { securitySchemes: Value }).securitySchemes)
    const wanted = (operation.security ?? []).flatMap((one) => Object.keys(one))
    return [
      ...(/^(get|post|delete)$/.test(method) && path.startsWith('/') ? [] : [`no method ${method}`]),
      ...(/^[a-z][A-Za-z0-9]+$/.test(operation.operationId) ? [] : ['an operationId that is no name']),
      ...(typeof operation['summary'] === 'string' ? [] : ['no summary']),
      ...others(operation, 'operation'),
      ...wanted.flatMap((name) => (schemes.includes(name) ? [] : [`no security scheme ${name}`])),
      ...twice(parameters.map((one) => `${String(one['in'])} ${String(one['name'])}`)),
      ...named.filter((name) => !inPath.some((one) => one['name'] === name)).map((name) => `${name} is not declared`),
      ...inPath
        .filter((one) => !named.includes(one['name'] as string))
        .map((one) => `${one['name']} is not in the path`),
      ...inPath.flatMap((one) => (one['required'] === true && 'example' in one ? [] : [`${one['name']}: no example`])),
      ...parameters.flatMap((one) => [...others(one, 'parameter'), ...this.#exampleFlaws(one)]),
      ...body.flatMap((one) => [...others(one, 'body'), ...this.#contentFlaws(one)]),
      ...Object.entries(operation.responses).flatMap(([status, one]) =>
        this.#responseFlaws(this.of(one)).map((flaw) => `${status}: ${flaw}`),
      ),
    ]
  }

  #responseFlaws(response: Value): string[] {
    const headers = Object.values((response['headers'] ?? {}) as Value).map((one) => this.of(one))
    return [
      ...(typeof response['description'] === 'string' ? [] : ['no description']),
      ...others(response, 'response'),
      ...headers.flatMap((one) => [...others(one, 'header'), ...this.#exampleFlaws(one)]),
      ...this.#contentFlaws(response),
    ]
  }

  #contentFlaws({ content = {} }: Value): string[] {
    return Object.values(content as { [media: string]: Value }).flatMap((one) => [
      ...others(one, 'media'),
      ...this.#exampleFlaws(one),
    ])
  }

  /** Of what has a schema and perhaps an example. */
  #exampleFlaws(one: Value): string[] {
    const { schema } = one as { schema?: Schema }
    if (schema === undefined) return []
    const own = 'example' in one ? misfits(this.value, schema, one['example'], 'example') : []
    return [...own, ...this.#schemaFlaws(schema)]
  }

  #schemaFlaws(schema: Schema): string[] {
    const all = schemasIn(schema)
    const own = all.flatMap(schemaFlaws)
    if (own.length > 0) return own
    return all.flatMap((one) => [
      ...('default' in one ? misfits(this.value, one, one['default'], 'default') : []),
      ...((one['examples'] ?? []) as unknown[]).flatMap((example) => misfits(this.value, one, example, 'example')),
    ])
  }
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { $ref } = value as { $ref?: unknown }
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(value).flatMap(refsIn)]
}

function twice(names: readonly string[]): string[] {
  return names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} stands twice`)
}

function others(one: Value, kind: keyof typeof MEMBERS): string[] {
  const known = MEMBERS[kind].split(' ')
  return Object.keys(one).flatMap((name) => (known.includes(name) ? [] : [`${name} is no member of a ${kind}`]))
}
