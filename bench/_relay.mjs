// A line between a gateway and its broker that can be cut, and stay cut.
import { connect, createServer } from 'node:net'

/**
 * @param to the broker's port, asked for at each connection
 * @returns the line; while its `down` is set, nobody gets through
 */
export async function openRelay(to) {
  const sockets = new Set()
  const relay = { connections: 0 }
  const server = createServer((near) => {
    relay.connections++
    if (relay.down) return near.destroy()
    const far = connect(to(), '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('data', (chunk) => other.write(chunk))
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  relay.port = server.address().port
  relay.cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  relay.close = () => {
    relay.cut()
    server.close()
  }
  return relay
}
