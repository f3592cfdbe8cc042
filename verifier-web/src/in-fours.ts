/** A long number in groups of four, as it is printed on packs. */
export function inFours(text: string): string[] {
  return text.match(/.{1,4}/gu) ?? []
}
