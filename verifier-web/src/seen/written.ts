/**
 * What somebody wrote, as a server takes it: pasted text and joined emoji have signs in them that nobody sees, and a text with such signs is refused
 * (docs/spec/http.md, Reports).
 */
export function written(text: string): string {
  return text
    .replace(/\p{Zl}|\p{Zp}|\r\n?/gu, '\n')
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim()
}
