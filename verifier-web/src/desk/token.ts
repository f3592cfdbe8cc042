// The token of a regulator: from the address's fragment, which no server sees, or typed; kept as long as the tab is open.

const KEY = 'tristamp/desk-token'
/** RFC 6750 §2.1, as the ledger takes it. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,128}=*$/

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** The token, if the tab has one. One that stands in the address is taken and cleared from it, so that no screenshot or bookmark carries it on. */
export function takeToken(location: Location, history: History, shelf: Storage | undefined): string | undefined {
  const said = new URLSearchParams(location.hash.slice(1))
  const token = said.get('token')
  if (token === null) return kept(shelf)
  said.delete('token')
  const rest = said.toString()
  history.replaceState(history.state, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`)
  if (!isToken(token)) return kept(shelf)
  keepToken(token, shelf)
  return token
}

export function keepToken(token: string | undefined, shelf: Storage | undefined): void {
  try {
    if (token === undefined) shelf?.removeItem(KEY)
    else shelf?.setItem(KEY, token)
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function kept(shelf: Storage | undefined): string | undefined {
  try {
    const token = shelf?.getItem(KEY) ?? ''
    return isToken(token) ? token : undefined
  } catch {
    return undefined
  }
}
