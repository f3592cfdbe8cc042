import './style/index.css'
import { chooseLanguage, firstWords, setLanguage } from './i18n/index.ts'
import { arriving, incomplete, LATE_MS } from './incomplete.ts'
import { shelf } from './shelf.ts'
import { waitingPart } from './view/waiting.tsx'

/**
 * The secret of a sealed code leaves the address before anything else: whoever sends that on, or looks at the pages that were open, does not have it.
 * It waits where a reload keeps it, until the part that checks it takes it.
 */
function putAway(): boolean {
  const { hash, pathname, search } = location
  const hasSecret = /[#&]s=/.test(hash)
  if (hasSecret) history.replaceState(hash, '', pathname + search)
  return hasSecret
}

putAway()
// Read into the page that is open already.
addEventListener('hashchange', () => putAway() && location.reload())

// The checks are nine tenths of what arrives: this file and the words are there a second before them on a bad line, and say so.
const root = document.getElementById('page')!
const words = firstWords(chooseLanguage(location.search, navigator.languages))

const isStart = location.pathname === '/'

async function say(state: 'checking' | 'late' | 'failed'): Promise<void> {
  const language = await words
  // Who asks for no code is asked for one; and a verdict is never taken back.
  if (isStart || hasBegun) return
  setLanguage(language.lang)
  root.dataset['state'] = state === 'checking' ? state : 'unchecked'
  root.querySelector('main')?.remove()
  root.append(waitingPart(state, language))
}

let hasBegun = false
say('checking')
  .catch(incomplete)
  // The first look at it takes a phone longer than the check of a signature: while the checks arrive, nobody waits for it.
  .finally(() => setTimeout(shelf))
const late = setTimeout(() => void say('late').catch(incomplete), LATE_MS)
const visiting = import('./visit.ts')
// Of the page that asks for a code nothing is said that could not be checked: it is not there.
if (isStart) void arriving(visiting, visiting)
visiting
  .finally(() => clearTimeout(late))
  .then(
    ({ visit }) => {
      hasBegun = true
      return visit(root, words)
    },
    () => say('failed'),
  )
  .catch(incomplete)
