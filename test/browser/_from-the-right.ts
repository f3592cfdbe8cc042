import type { Page } from 'playwright-core'

export interface Turned {
  /** What should not have turned with the page: quantities with their units, ranges and moments that begin to the right of where they end. */
  turned: string[]
  isWide: boolean
  /** How many were looked at. */
  seen: number
}

/**
 * Lets the page run from the right, in the words that it has. What its sentences hold is kept apart by a language that runs so and by no other:
 * looked at is therefore what stands by itself, in `places`, without their small print.
 */
export function turnedFromTheRight(page: Page, places: string): Promise<Turned> {
  return page.evaluate((scope) => {
    const { documentElement: html } = document
    html.dir = 'rtl'
    const RUNS =
      /\d\d-\u2060?\d\d\s\d\d:\d\d|\d+ [A-Z][a-z]{2}\s\d\d:\d\d(?::\d\d)?|[±−]?\d[\d.:]*(?:\s?–\u2060?[−]?\d[\d.:]*)?\u00a0(?:°C|%|s|min|m|[kMGT]?B)(?!\w)|±\d[\d.]*/g
    const turned: string[] = []
    let seen = 0
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement: around } = node
      if (around === null || around.closest(scope) === null || around.closest('small') !== null) continue
      for (const { index, 0: text } of (node as Text).data.matchAll(RUNS)) {
        const range = document.createRange()
        const at = (from: number): DOMRect => {
          range.setStart(node, from)
          range.setEnd(node, from + 1)
          return range.getBoundingClientRect()
        }
        const [first, last] = [at(index), at(index + text.length - 1)]
        if (first.width === 0 || first.top !== last.top) continue
        seen++
        if (first.left > last.left) turned.push(`${text} in ${node.textContent}`)
      }
    }
    const isWide = html.scrollWidth > html.clientWidth
    html.dir = 'ltr'
    return { turned, isWide, seen }
  }, places)
}
