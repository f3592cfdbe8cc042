/** Tells that something is done. */
export function tick(text) {
  console.log(`  ✓ ${text}`)
}
