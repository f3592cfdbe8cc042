/** Parts of the page did not arrive. The document has the words for that itself: those of a language may be what is missing. */
export function incomplete(error: unknown): void {
  reportError(error)
  const said = document.getElementById('incomplete')
  if (said !== null) said.hidden = false
}
