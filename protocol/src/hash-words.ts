import { HASH_BYTES, sha256 } from './hash.ts'

/**
 * Records of one length that are to be hashed behind a prefix byte, and where their hashes go. All of it in 32-bit words, whose most
 * significant byte comes first: record number `at[i]` is `from[at[i] * words]` …, and hash number `put[i]` is `to[put[i] * 8]` … .
 */
export interface WordRecords {
  prefix: number
  /** Of a record: at most 29, so that it takes two blocks of SHA-256. */
  words: number
  from: Uint32Array
  at: Int32Array
  to: Uint32Array
  put: Int32Array
  /** First of the jobs, and behind the last. */
  begin: number
  end: number
}

/** SHA-256 of many records. They do not depend on one another: a platform may hash several at a time. */
export type HashWords = (records: WordRecords) => void

const HASH_WORDS = HASH_BYTES / 4

/** With the installed SHA-256, one after the other. */
export function hashWordsOneByOne({ prefix, words, from, at, to, put, begin, end }: WordRecords): void {
  const record = new Uint8Array(1 + 4 * words)
  const view = new DataView(record.buffer)
  record[0] = prefix
  for (let i = begin; i < end; i++) {
    const first = at[i]! * words
    for (let w = 0; w < words; w++) view.setUint32(1 + 4 * w, from[first + w]!)
    const hash = sha256(record)
    const into = put[i]! * HASH_WORDS
    for (let w = 0; w < HASH_WORDS; w++) {
      const b = 4 * w
      to[into + w] = (hash[b]! << 24) | (hash[b + 1]! << 16) | (hash[b + 2]! << 8) | hash[b + 3]!
    }
  }
}

let installed: HashWords = hashWordsOneByOne

/** What history maps hash by. */
export function hashWords(records: WordRecords): void {
  installed(records)
}

/** Of records: the longest that two blocks hold, and the shortest; numbers of them at which lanes are full and not; more than one chunk. */
const TRIED = [14, 16, 18, 29].flatMap((words) => [1, 3, 4, 5].map((count) => ({ words, count })))
const MANY = { words: 16, count: 1030 }

/**
 * Installs the platform's way to hash many records at once. Throws when it does not give what SHA-256 gives, and then the one in use
 * stays.
 */
export function useHashWords(impl: HashWords): void {
  for (const { words, count } of [...TRIED, MANY]) tryOut(impl, count, words)
  installed = impl
}

function tryOut(impl: HashWords, count: number, words: number): void {
  const from = Uint32Array.from({ length: count * words }, (_, i) => Math.imul(i + 1, 0x9e3779b1))
  const at = Int32Array.from({ length: count }, (_, i) => count - 1 - i)
  const put = Int32Array.from({ length: count }, (_, i) => i)
  const [expected, given] = [new Uint32Array(count * HASH_WORDS), new Uint32Array(count * HASH_WORDS)]
  const records = { prefix: words, words, from, at, put, begin: 0, end: count }
  hashWordsOneByOne({ ...records, to: expected })
  impl({ ...records, to: given })
  if (given.some((word, i) => word !== expected[i])) throw new Error('not a SHA-256 implementation')
}
