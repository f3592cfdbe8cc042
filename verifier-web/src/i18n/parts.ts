// The parts that a language's file arrives in. The build divides it by its keys (vite/words.ts).
import type { MessageKey } from './zh.ts'

const NAMES = ['brand', 'language', 'skip', 'title', 'next'] as const
const TOPICS = ['when', 'word', 'say', 'fail', 'next', 'act', 'stamp', 'write'] as const

/** What a language is called, and which way it runs. Every page has it of every language. */
export type HeadKey = Extract<MessageKey, `lang.${string}`>

/** How numbers, lengths and times are written. */
export type WriteKey = Extract<MessageKey, `write.${string}`>

/** What the page says until its verdict stands. */
export type FirstKey = Extract<MessageKey, (typeof NAMES)[number] | `${(typeof TOPICS)[number]}.${string}`>

/** What it says below the verdict. */
export type RestKey = Exclude<MessageKey, FirstKey | HeadKey>

const topicOf = (key: string): string => key.split('.')[0] ?? ''

function isFirst(key: string): boolean {
  return (key.includes('.') ? TOPICS : NAMES).some((name) => name === topicOf(key))
}

/** `zh.ts?first` and so on: which keys of the file are in that part. `write` is within `first`, for pages that need no more of it. */
export const PARTS: Readonly<Record<string, (key: string) => boolean>> = {
  head: (key) => topicOf(key) === 'lang',
  write: (key) => topicOf(key) === 'write',
  first: isFirst,
  rest: (key) => !isFirst(key) && topicOf(key) !== 'lang',
}
