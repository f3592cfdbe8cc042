import './style/index.css'
import { App } from './app.ts'
import { check } from './check.ts'
import { chooseLanguage, firstWords } from './i18n/index.ts'
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

const root = document.getElementById('page')!
const lang = chooseLanguage(location.search, navigator.languages)
const address = subjectFromPath(location.pathname, location.search)
const memory = new Memory(shelf())
if (address.kind === 'subject') {
  const { subject, elements } = address
  // Asking starts before anything is drawn.
  const begun = check(subject, elements, memory)
  // What went wrong with it is said when there are words.
  begun.catch(() => {})
  void new App(root, { subject, elements }, memory, await firstWords(lang)).run(begun)
} else {
  const { startPage } = await import('./view/start.tsx')
  await startPage({ root, memory, wrong: address.kind === 'wrong' ? address.code : undefined }, lang)
}
