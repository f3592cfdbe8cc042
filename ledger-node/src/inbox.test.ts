import type { PublishPacket } from 'aedes'
import { expect, test } from 'vitest'
import { InboxBroker, TAKEN } from './inbox.ts'

const packet = (payload: Buffer): PublishPacket => {
  return { cmd: 'publish', topic: 'a/b', payload, qos: 1, retain: false, dup: false }
}

test('what was taken in goes to nobody, and whoever published it hears that it is done; everything else is routed', async () => {
  const broker = await InboxBroker.open({})
  const heard: string[] = []
  await new Promise<void>((resolve) => {
    broker.subscribe(
      'a/b',
      (message, done) => {
        heard.push(message.payload.toString())
        done()
      },
      resolve,
    )
  })
  const publish = (payload: Buffer): Promise<unknown> =>
    new Promise((resolve) => broker.publish(packet(payload), (error) => resolve(error)))
  // As the broker itself publishes what has come from a client.
  const publishFrom = (payload: Buffer): Promise<unknown> =>
    new Promise((resolve) => broker.publish(packet(payload), null, resolve))

  for (const one of [publish, publishFrom]) {
    expect((await one(TAKEN)) ?? undefined).toBeUndefined()
    expect((await one(Buffer.from('status'))) ?? undefined).toBeUndefined()
    expect((await one(Buffer.alloc(0))) ?? undefined).toBeUndefined()
  }
  expect(heard).toEqual(['status', '', 'status', ''])
  await new Promise<void>((resolve) => broker.close(resolve))
})
