/** A browser's storage, where it lets pages have one. */
export function shelf(open: () => Storage): Storage | undefined {
  try {
    return open()
  } catch {
    return undefined
  }
}
