import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** WCAG 2.2 at level AA with what it builds on, and what is good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
}

export interface AxeOptions {
  /** Looks into everything that is folded, too. */
  unfold?: boolean
}

/** What is wrong with a page for whoever cannot see or point: the rule, where, and why. */
export async function axe(page: Page, { unfold = false }: AxeOptions = {}): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE)
  if (unfold)
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
  const { violations } = await page.evaluate((tags) => {
    const { axe } = globalThis as unknown as { axe: Axe }
    return axe.run({ runOnly: { type: 'tag', values: tags } })
  }, TAGS)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
  )
}
