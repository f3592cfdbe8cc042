/** The dark modules of a frame: eight to a byte by row, from the highest bit on, base64url. */
export function* bitsOf(frame: string, size: number): Generator<[x: number, y: number]> {
  const bytes = atob(frame.replaceAll('-', '+').replaceAll('_', '/'))
  for (let i = 0; i < size * size; i++) {
    if ((bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1) yield [i % size, Math.floor(i / size)]
  }
}
