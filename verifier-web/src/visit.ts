// What the page does once its checks are there: the larger part of it, under way while `main.ts` says so.
import { App } from './app.ts'
import { check } from './check.ts'
import type { FirstLanguage } from './i18n/index.ts'
import { Memory } from './remembered.ts'
import { shelf } from './shelf.ts'
import { subjectFromPath } from './subject-from-path.ts'

/** The page says already that it is checking: to draw that anew, with a choice of languages, costs a phone half as long as the check itself. */
const MOMENT_MS = 300

/** Whether an answer, or a failure, is there within `ms`. */
function settlesWithin(begun: Promise<unknown>, ms: number): Promise<boolean> {
  const settled = begun.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))])
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
    const language = await words
    const isSoon = await settlesWithin(begun, MOMENT_MS)
    const app = new App(root, { subject, elements }, memory, language)
    await (isSoon ? app.tell(begun) : app.run(begun))
  } else {
    const [{ startPage }, { lang }] = await Promise.all([import('./view/start.tsx'), words])
    await startPage({ root, memory, wrong: address.kind === 'wrong' ? address.code : undefined }, lang)
  }
}
