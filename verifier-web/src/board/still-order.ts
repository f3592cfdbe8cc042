/** In the order in which they stood; what was not there comes after, in its own order. */
export function inOrderOf<T extends { name: string }>(listed: readonly T[], before: readonly string[]): T[] {
  const places = new Map(before.map((name, i) => [name, i]))
  const placeOf = ({ name }: T): number => places.get(name) ?? before.length
  return [...listed].sort((a, b) => placeOf(a) - placeOf(b))
}
