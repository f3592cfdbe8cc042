/**
 * Widths of bars and spaces of Code 128's symbols (ISO/IEC 15417 table 1), in modules, by value; the last is the stop pattern.
 */
const WIDTHS: readonly string[] = (
  '212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 ' +
  '223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 ' +
  '112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 ' +
  '311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 ' +
  '122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 ' +
  '214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112'
).split(' ')

const START_B = 104
const FNC1 = 102
const STOP = 106
const GS = '\x1d'

/**
 * A GS1-128 symbol of an element string: its bars and spaces in modules, from the first bar on, without the quiet zone of ten modules on either side.
 * In code set B alone, which has all that element strings may hold; a separator (0x1D) becomes FNC1.
 * @throws RangeError for a character that has none
 */
export function gs1Code128(elements: string): number[] {
  const values = [START_B, FNC1, ...Array.from(elements, codeOf)]
  const sum = values.reduce((total, value, i) => total + value * Math.max(1, i), 0)
  return [...values, sum % 103, STOP].flatMap((value) => Array.from(WIDTHS[value]!, Number))
}

function codeOf(character: string): number {
  if (character === GS) return FNC1
  const value = character.charCodeAt(0) - 0x20
  if (character.length !== 1 || value < 0 || value > 94)
    throw new RangeError(`no Code 128 B: ${JSON.stringify(character)}`)
  return value
}
