import type { MessageKey } from './index.ts'

const NAMES = ['brand', 'language', 'skip', 'title', 'next'] as const
const TOPICS = ['when', 'word', 'say', 'fail', 'next', 'act', 'stamp'] as const

/** What the page says until its verdict stands. These words load with it, all others behind it. */
export type FirstKey = Extract<MessageKey, (typeof NAMES)[number] | `${(typeof TOPICS)[number]}.${string}`>

export function isFirstWord(key: string): key is FirstKey {
  const [topic = ''] = key.split('.')
  return (key.includes('.') ? TOPICS : NAMES).some((name) => name === topic)
}
