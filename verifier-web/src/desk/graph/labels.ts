import type { PartWords } from '../words/part.ts'
import { type NameOf, productOf, shortName } from './names.ts'
import type { PictureNode } from './picture.ts'
import type { GraphKey } from './words/index.ts'

const CHINESE = /[\u2e80-\u9fff\uff00-\uffef]/

/** How wide a line stands, near enough: system faces differ by a few percent. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += CHINESE.test(character) ? 12.5 : 6.5
  return width
}

/** The beginning of a text, as much as a line holds. */
export function fitting(text: string, most: number): string {
  if (widthOf(text) <= most) return text
  let [width, cut] = [10, '']
  for (const character of text) {
    width += widthOf(character)
    if (width > most) break
    cut += character
  }
  return `${cut}…`
}

export interface Label {
  /** What it is called, whole. */
  name: string
  /** How much of it there is, or where. */
  beside: string
}

export function labelOf(node: PictureNode, words: PartWords<GraphKey>, nameOf: NameOf): Label {
  const { t, pick, amount } = words
  const { id, kind, place, members, quantity, missing } = node
  const facts = [quantity && amount(quantity), place !== undefined && placeName(place, words, nameOf)]
  if (missing !== undefined) facts.unshift(`≠ ${amount(missing)}`)
  if (members !== undefined) {
    const key = `another.${kind}`
    return { name: t(words.has(key) ? key : 'another', { n: members.length }), beside: joined(facts) }
  }
  if (kind === 'transformation') return { name: t('kind.transformation'), beside: joined(facts) }
  if (kind === 'item' || kind === 'lot') {
    const product = productOf(id)
    const name = product === undefined ? undefined : nameOf(product)
    return { name: shortName(id), beside: joined([...facts.slice(0, -1), name && pick(name), facts.at(-1)]) }
  }
  return { name: placeName(id, words, nameOf), beside: joined(facts) }
}

export function placeName(uri: string, { pick }: PartWords<string>, nameOf: NameOf): string {
  const name = nameOf(uri)
  return name === undefined ? shortName(uri) : pick(name)
}

function joined(facts: readonly (string | false | undefined)[]): string {
  return facts.filter((fact) => fact !== undefined && fact !== false && fact !== '').join(' · ')
}
