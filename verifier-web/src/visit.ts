// What the page does once its checks are there: the larger part of it, under way while `main.ts` says so.
import { App } from './app.ts'
import { check } from './check.ts'
import type { FirstLanguage } from './i18n/index.ts'
import { Memory, type Shelf } from './remembered.ts'
import { subjectFromPath } from './subject-from-path.ts'

/** Reading the property throws where storage is barred. */
function shelf(): Shelf | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}

/** Checks what the address names, or opens the start page. */
export async function visit(root: HTMLElement, words: Promise<FirstLanguage>): Promise<void> {
  const address = subjectFromPath(location.pathname, location.search)
  const memory = new Memory(shelf())
  if (address.kind === 'subject') {
    const { subject, elements } = address
    // Asking starts before anything is drawn.
    const begun = check(subject, elements, memory)
    // What went wrong with it is said when there are words.
    begun.catch(() => {})
    await new App(root, { subject, elements }, memory, await words).run(begun)
  } else {
    const [{ startPage }, { lang }] = await Promise.all([import('./view/start.tsx'), words])
    await startPage({ root, memory, wrong: address.kind === 'wrong' ? address.code : undefined }, lang)
  }
}
