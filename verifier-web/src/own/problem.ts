/** The ledger's own codes. */
const CODE = /^[A-Z][A-Z0-9_]{2,63}$/
const MAX_DETAIL = 500

/** RFC 9457: what the ledger says is wrong, if it is the ledger that says it; a proxy answers in its own way. */
export function problemIn(text: string): { code: string; detail?: string } | undefined {
  try {
    const { code, detail } = JSON.parse(text) as { code?: unknown; detail?: unknown }
    if (typeof code !== 'string' || !CODE.test(code)) return undefined
    return { code, ...(typeof detail === 'string' && { detail: detail.slice(0, MAX_DETAIL) }) }
  } catch {
    return undefined
  }
}
