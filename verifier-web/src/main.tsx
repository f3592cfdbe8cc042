import './style/index.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { check } from './check.ts'
import { chooseLanguage, loadLanguage } from './i18n/index.ts'
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

const memory = new Memory(shelf())
const address = subjectFromPath(location.pathname, location.search)
// Asking starts before the words are loaded: on a slow line that is one round trip less.
const first = address.kind === 'subject' ? check(address.subject, address.elements, memory) : undefined
const language = await loadLanguage(chooseLanguage(location.search, navigator.languages))

const root = document.getElementById('page')!
root.replaceChildren()
render(<App address={address} language={language} memory={memory} first={first} />, root)
