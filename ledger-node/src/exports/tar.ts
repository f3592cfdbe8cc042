/** A file of an archive. Names are ASCII of at most 100 characters. */
export interface TarFile {
  name: string
  bytes: Uint8Array
}

const BLOCK = 512
const EMPTY = Buffer.alloc(2 * BLOCK)

/** A POSIX ustar archive (IEEE 1003.1, pax): the same files give the same bytes, of owner 0 and the time given. */
export async function* tarBytes(files: AsyncIterable<TarFile>, atMs: number): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes } of files) {
    yield header(name, bytes.length, atMs)
    yield bytes
    const rest = bytes.length % BLOCK
    if (rest > 0) yield EMPTY.subarray(0, BLOCK - rest)
  }
  yield EMPTY
}

function header(name: string, size: number, atMs: number): Buffer {
  if (!/^[A-Za-z0-9._/-]{1,100}$/.test(name) || name.includes('..')) throw new Error(`no name for an archive: ${name}`)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number): void => {
    block.write(
      `${Math.floor(value)
        .toString(8)
        .padStart(length - 1, '0')}\0`,
      at,
      'latin1',
    )
  }
  block.write(name, 0, 'latin1')
  octal(0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(atMs / 1000, 136, 12)
  block.fill(' ', 148, 156)
  block.write('0', 156, 'latin1')
  block.write('ustar\u000000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
