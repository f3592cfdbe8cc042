// The gateways, in a process of their own: sends the batches of some files over MQTT, as fast as they are acknowledged or at a given pace.
import { readFileSync } from 'node:fs'
import { fromHex, openAck } from '@tristamp/protocol'
import { Connection } from './_mqtt.mjs'

/** Payloads of a file: u32be length and bytes, one after another. */
function read(path) {
  const bytes = readFileSync(path)
  const payloads = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    payloads.push(bytes.subarray(at + 4, end))
    at = end
  }
  return payloads
}

const topicOf = ({ org, name }) => `tristamp/v1/${org}/${name}/batch`

/** Each gateway keeps `window` batches under way. */
async function flood(port, gateways, window) {
  const lines = await Promise.all(
    gateways.map(async (g) => ({ g, payloads: read(g.file), to: await Connection.open(port, g) })),
  )
  const [begin, before] = [performance.now(), process.cpuUsage()]
  await Promise.all(
    lines.flatMap(({ g, payloads, to }) => {
      let next = 0
      const lane = async () => {
        while (next < payloads.length) await to.publish(topicOf(g), payloads[next++])
      }
      return Array.from({ length: window }, lane)
    }),
  )
  const ms = performance.now() - begin
  const { user, system } = process.cpuUsage(before)
  for (const { to } of lines) to.close()
  return { ms, cpuMs: (user + system) / 1000 }
}

/** Together the gateways send `perSecond` batches a second; answers how long each took until the ledger's signed ack of it. */
async function pace(port, gateways, perSecond, ackKey) {
  const waits = []
  const lines = await Promise.all(
    gateways.map(async (g) => {
      const line = {
        g,
        payloads: read(g.file),
        to: await Connection.open(port, g),
        sent: [],
        acked: 0,
        first: g.firstSeq,
      }
      line.to.onMessage = (payload) => {
        // The load generator need not check the signature: a gateway does.
        const ack = openAck(payload, fromHex(ackKey), () => true)
        const now = performance.now()
        if (ack.kind === 'ack') while (line.acked <= ack.seq - line.first) waits.push(now - line.sent[line.acked++])
      }
      return line
    }),
  )
  const begin = performance.now()
  const total = lines.reduce((sum, { payloads }) => sum + payloads.length, 0)
  const published = []
  for (let i = 0; i < total; i++) {
    const due = begin + (i * 1000) / perSecond
    while (performance.now() < due)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    const line = lines[i % lines.length]
    line.sent.push(performance.now())
    published.push(line.to.publish(topicOf(line.g), line.payloads[line.sent.length - 1]))
  }
  await Promise.all(published)
  while (waits.length < total) await new Promise((resolve) => setTimeout(resolve, 5))
  for (const { to } of lines) to.close()
  return { ms: performance.now() - begin, waits }
}

process.once('message', async ({ kind, port, gateways, window, perSecond, ackKey }) => {
  const result = kind === 'flood' ? await flood(port, gateways, window) : await pace(port, gateways, perSecond, ackKey)
  process.send(result, () => process.exit(0))
})
