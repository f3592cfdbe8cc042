import './style/index.css'
import { chooseLanguage, firstWords, setLanguage } from './i18n/index.ts'
import { incomplete } from './incomplete.ts'
import { waitingPart } from './view/waiting.tsx'

// The checks are nine tenths of what arrives: this file and the words are there a second before them on a bad line, and say so.
const root = document.getElementById('page')!
const words = firstWords(chooseLanguage(location.search, navigator.languages))

async function say(state: 'checking' | 'failed'): Promise<void> {
  const language = await words
  // Who asks for no code is asked for one; and a verdict is never taken back.
  if (location.pathname === '/' || hasBegun) return
  setLanguage(language.lang)
  root.dataset['state'] = state === 'failed' ? 'unchecked' : state
  root.querySelector('main')?.remove()
  root.append(waitingPart(state, language))
}

let hasBegun = false
say('checking').catch(incomplete)
import('./visit.ts')
  .then(
    ({ visit }) => {
      hasBegun = true
      return visit(root, words)
    },
    (error: unknown) => {
      // Of the page that asks for a code nothing is said that could not be checked: it is not there.
      if (location.pathname === '/') throw error
      return say('failed')
    },
  )
  .catch(incomplete)
