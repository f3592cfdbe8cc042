// The token that a page is opened with: from the address's fragment, which no server sees, or typed; kept as long as the tab is open.

/** Pages that ask for a token; each keeps its own. */
export type TokenPage = 'desk' | 'board'

const keyOf = (page: TokenPage): string => `tristamp/${page}-token`
/** RFC 6750 §2.1, as the ledger takes it. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,128}=*$/

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** The token, if the tab has one. One that stands in the address is taken and cleared from it, so that no screenshot or bookmark carries it on. */
export function takeToken(
  page: TokenPage,
  location: Location,
  history: History,
  shelf: Storage | undefined,
): string | undefined {
  const said = new URLSearchParams(location.hash.slice(1))
  const token = said.get('token')
  if (token === null) return kept(page, shelf)
  said.delete('token')
  const rest = said.toString()
  history.replaceState(history.state, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`)
  if (!isToken(token)) return kept(page, shelf)
  keepToken(page, token, shelf)
  return token
}

export function keepToken(page: TokenPage, token: string | undefined, shelf: Storage | undefined): void {
  try {
    if (token === undefined) shelf?.removeItem(keyOf(page))
    else shelf?.setItem(keyOf(page), token)
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function kept(page: TokenPage, shelf: Storage | undefined): string | undefined {
  try {
    const token = shelf?.getItem(keyOf(page)) ?? ''
    return isToken(token) ? token : undefined
  } catch {
    return undefined
  }
}
