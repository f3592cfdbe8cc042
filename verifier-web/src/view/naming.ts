// What things are called: registered names where governance proves them, else the identifier itself.
import { type Names, ProtocolError, parseDigitalLink } from '@tristamp/protocol'
import type { Language } from '../i18n/index.ts'

export interface Naming {
  names: Names
  language: Language
}

/** A place or asset by its registered name; its number where it has none. */
export function nameOf(uri: string, { names, language }: Naming): string {
  const place = names.places.get(uri)
  return place === undefined ? shortOf(uri) : language.pick(place.name)
}

export function addressOf(uri: string, { names, language }: Naming): string | undefined {
  const place = names.places.get(uri)
  const address = place === undefined ? '' : language.pick(place.address)
  return address === '' ? undefined : address
}

/** An organisation by its registered name; its short name where it has none. */
export function organisationName(org: string, { names, language }: Naming): string {
  const organisation = names.organisations.get(org)
  return organisation === undefined ? org : language.pick(organisation.name)
}

/** The last value of a Digital Link: the number people know it by. Other URIs as they are. */
export function shortOf(uri: string): string {
  try {
    const { elements, path } = parseDigitalLink(uri)
    return elements.get(path.at(-1) ?? '') ?? uri
  } catch (error) {
    if (error instanceof ProtocolError) return uri
    throw error
  }
}
