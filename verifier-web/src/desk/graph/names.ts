import type { Names } from '@tristamp/protocol'
import { useEffect, useState } from 'preact/hooks'
import { type Ask, type Both, bothOf, fieldsOf, listOf, maybe, textOf } from '../../own/answer.ts'
import { shortOf } from '../../view/naming.ts'

// What places, products and firms are called: as proved where the desk has checked it, else as the node has it registered.

/** Asked at one time, and for one part of the desk: nobody reads more names than that. */
const AT_ONCE = 4
const MOST = 200
/** Kinds that are registered under a name. */
const NAMED = /^https:\/\/id\.gs1\.org\/(?:414|417|8003|8004|01\/[0-9]{14}$)/

/** What was asked before, by client: undefined for what has no name. */
const known = new WeakMap<Ask, Map<string, Both | undefined>>()

export type NameOf = (uri: string) => Both | undefined

/** Names of `uris`, as they come in. */
export function useNames(ask: Ask, uris: readonly string[], proved?: Names): NameOf {
  const [, setRound] = useState(0)
  const names = known.get(ask) ?? new Map<string, Both | undefined>()
  known.set(ask, names)
  const nameOf: NameOf = (uri) => provedName(uri, proved) ?? names.get(uri)
  useEffect(() => {
    let isWanted = true
    const missing = [...new Set(uris)]
      .filter((uri) => NAMED.test(uri) && !names.has(uri) && provedName(uri, proved) === undefined)
      .slice(0, MOST)
    for (const uri of missing) names.set(uri, undefined)
    const askOn = async (): Promise<void> => {
      for (let uri = missing.shift(); uri !== undefined; uri = missing.shift()) {
        const name = await readName(ask, uri)
        if (name === undefined) continue
        names.set(uri, name)
        if (isWanted) setRound((round) => round + 1)
      }
    }
    for (let i = 0; i < AT_ONCE; i++) void askOn()
    return () => {
      isWanted = false
      // What was not asked is asked by whoever wants it next.
      for (const uri of missing.splice(0)) names.delete(uri)
    }
  }, [ask, uris.join(' ')])
  return nameOf
}

function provedName(uri: string, names: Names | undefined): Both | undefined {
  return names?.places.get(uri)?.name ?? names?.products.get(uri)?.name
}

/** A name is a help, not an answer: without one the number stands. */
async function readName(ask: Ask, uri: string): Promise<Both | undefined> {
  try {
    const { results } = fieldsOf(await ask.get(`/v1/desk/search?${new URLSearchParams({ q: uri })}`), 'answer')
    const found = listOf(results, 'results', 1000, (one, field) => {
      const { subject, name } = fieldsOf(one, field)
      return { subject: textOf(subject, field), name: maybe(name, field, bothOf) }
    })
    return found.find(({ subject }) => subject === uri)?.name
  } catch {
    return undefined
  }
}

/** The product of an item or a lot. */
export function productOf(uri: string): string | undefined {
  return /^https:\/\/id\.gs1\.org\/01\/[0-9]{14}(?=\/)/.exec(uri)?.[0]
}

/** The last key of an identifier as people read it; a position to some 100 m; an id of an event by its beginning. */
export function shortName(uri: string): string {
  const [, lat, lon] = /^geo:(-?[0-9.]+),(-?[0-9.]+)/.exec(uri) ?? []
  if (lat !== undefined && lon !== undefined)
    return `${degrees(Number(lat), 'N', 'S')} ${degrees(Number(lon), 'E', 'W')}`
  if (uri.startsWith('urn:uuid:')) return uri.slice(9, 17)
  if (uri.startsWith('urn:')) return uri.slice(uri.lastIndexOf(':') + 1)
  return shortOf(uri)
}

function degrees(value: number, ahead: string, behind: string): string {
  return `${Math.abs(value).toFixed(3)}° ${value < 0 ? behind : ahead}`
}
