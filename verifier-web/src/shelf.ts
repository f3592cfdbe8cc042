/** What this device keeps for pages of this site; undefined where reading the property throws, because storage is barred. */
export function shelf(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
