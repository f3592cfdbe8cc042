import fc from 'fast-check'

/** For tests: any character of Unicode, ASCII more often. (fast-check's own unit `binary` takes half a second to set up.) */
export const character: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ max: 0x7f, min: 0 }),
    fc.integer({ max: 0xd7ff, min: 0 }),
    fc.integer({ max: 0x10ffff, min: 0xe000 }),
  )
  .map((code) => String.fromCodePoint(code))
