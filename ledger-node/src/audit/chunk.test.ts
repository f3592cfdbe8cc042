import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedItem } from '../feed.ts'
import { packChunk, unpackChunk } from './chunk.ts'

const event = fc.record({
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  event: fc.uint8Array({ maxLength: 100 }),
})
const item: fc.Arbitrary<FeedItem> = fc.record({
  bytes: fc.uint8Array({ maxLength: 50 }),
  events: fc.array(event, { maxLength: 5 }),
})

test('what goes to a thread arrives there', () => {
  fc.assert(
    fc.property(fc.array(item), (items) => {
      expect(unpackChunk(structuredClone(packChunk(items)))).toEqual(items)
    }),
  )
})
