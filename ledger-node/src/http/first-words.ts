import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Request } from 'express'

/** What the build of the pages calls the words that the product page says until its verdict stands: one file for each language. */
const NAME = /^words-([a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)-[\w-]{8}\.js$/

/** Spoken where somebody asks for other languages than there are; and where nobody says which. As the page itself chooses. */
const FALLBACK = 'en'
const REFERENCE = 'zh'

/** A tag from an address is no longer than any real one (RFC 5646 §4.4.1). */
const MAX_TAG = 35

/**
 * Guesses in which language the product page will speak, so that its first words travel with its script and not after it. The page chooses by
 * itself; where the guess is another, it asks for its words one round trip later, and nothing else is lost.
 */
export class FirstWords {
  readonly #paths: ReadonlyMap<string, string>

  /** @param folder the built pages; without them there is nothing to guess */
  constructor(folder: string) {
    this.#paths = new Map(
      filesIn(join(folder, 'assets')).flatMap((name) => {
        const tag = NAME.exec(name)?.[1]
        return tag === undefined ? [] : [[tag, `/assets/${name}`]]
      }),
    )
  }

  /** The path of the first words for whoever asks: by `?lang=`, then by Accept-Language (RFC 9110 §12.5.4). */
  pathFor(req: Request): string | undefined {
    return this.#paths.get(this.#asked(req.query['lang']) ?? this.#accepted(req))
  }

  #asked(lang: unknown): string | undefined {
    if (typeof lang !== 'string' || lang.length > MAX_TAG) return undefined
    const asked = lang.toLowerCase()
    const tags = [...this.#paths.keys()]
    const first = (text: string): string | undefined => text.split('-')[0]
    return tags.find((tag) => tag.toLowerCase() === asked) ?? tags.find((tag) => first(tag) === first(asked))
  }

  #accepted(req: Request): string {
    if (req.headers['accept-language'] === undefined) return REFERENCE
    const accepted = req.acceptsLanguages([...this.#paths.keys()])
    return accepted === false ? FALLBACK : accepted
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
