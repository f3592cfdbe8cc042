// What the same bytes cost something simpler. Beside these the figures of the whole mean something.
import * as crypto from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { timed, withFolder } from './_measure.mjs'

/** Puts the events into `level` as they are, a synced batch at a time; answers ms. */
export function rawLevel(batches) {
  return withFolder(async (folder) => {
    const db = new Level(join(folder, 'db'), { keyEncoding: 'view', valueEncoding: 'view' })
    await db.open()
    let next = 0
    const ms = await timed(async () => {
      for (const events of batches) {
        const rows = events.map(({ event }) => {
          const key = new Uint8Array(6)
          Buffer.from(key.buffer).writeUIntBE(next++, 0, 6)
          return { type: 'put', key, value: event }
        })
        await db.batch(rows, { sync: true })
      }
    })
    await db.close()
    return ms
  })
}

/** Hashes each event once; answers ms. */
export function sha256Alone(batches) {
  return timed(() => {
    for (const events of batches) for (const { event } of events) crypto.hash('sha256', event, 'hex')
  })
}

/** Checks one signature so many times on one thread; answers ms. */
export function verifyAlone(times) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519')
  const message = crypto.randomBytes(300)
  const signature = crypto.sign(null, message, privateKey)
  return timed(() => {
    for (let i = 0; i < times; i++) crypto.verify(null, message, publicKey, signature)
  })
}

/** Appends 1 kB and flushes it, so many times; answers the ms of each. */
export function flushAlone(times) {
  return withFolder(async (folder) => {
    const file = await open(join(folder, 'file'), 'w')
    const bytes = crypto.randomBytes(1000)
    const waits = []
    for (let i = 0; i < times; i++) {
      const begin = performance.now()
      await file.write(bytes)
      await file.datasync()
      waits.push(performance.now() - begin)
    }
    await file.close()
    return waits
  })
}
