// What in a text looks like data about a person: numbers to call, addresses to write to, identity numbers. Names look like any other word.

/** Wide enough for all of them; what stands beside a hit decides, for old browsers know no look-behind. */
const SHAPES: readonly RegExp[] = [
  /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g,
  // A resident identity number of China: place, day of birth, sequence and check character. Codes of goods have no such day.
  /\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]/g,
  /(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}/g,
  /\+\d(?:[ -]?\d){7,13}/g,
  /0\d{2,3}[ -]\d{3,4}[ -]?\d{4}/g,
]

/** Keyboards for Chinese write letters and digits wide; each sign stays where it is. */
const narrow = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))

/** The parts of a text that look like data about a person, in their order; none twice. */
export function personalIn(text: string): string[] {
  const found: { at: number; part: string }[] = []
  const plain = narrow(text)
  for (const shape of SHAPES)
    for (const { 0: hit, index: at } of plain.matchAll(shape)) {
      const part = text.slice(at, at + hit.length)
      const isWhole = !/\d/.test(plain[at - 1] ?? '') && !/\d/.test(plain[at + part.length] ?? '')
      if (isWhole && !found.some((one) => at < one.at + one.part.length && one.at < at + part.length))
        found.push({ at, part })
    }
  return [...new Set(found.sort((a, b) => a.at - b.at).map(({ part }) => part))]
}

/** The text without them. */
export function withoutPersonal(text: string): string {
  return personalIn(text).reduce((left, part) => left.replaceAll(part, '…'), text)
}
