/** So long a part may be on its way before the page says that it is not there. */
export const LATE_MS = 30_000

const missing = new Set<unknown>()

/** The document has the words for it itself: those of a language may be what is missing. */
function say(part: unknown, isMissing: boolean): void {
  if (isMissing) missing.add(part)
  else missing.delete(part)
  const said = document.getElementById('incomplete')
  if (said !== null) said.hidden = missing.size === 0
}

/** Parts of the page did not arrive. */
export function incomplete(error: unknown): void {
  reportError(error)
  say(undefined, true)
}

/** Waits for the part `name`. Of one that does not come, or is late, the page says so until it is there; undefined: it did not come. */
export async function arriving<Part>(name: unknown, part: Promise<Part>): Promise<Part | undefined> {
  const late = setTimeout(say, LATE_MS, name, true)
  try {
    const there = await part
    say(name, false)
    return there
  } catch (error) {
    reportError(error)
    say(name, true)
    return undefined
  } finally {
    clearTimeout(late)
  }
}
