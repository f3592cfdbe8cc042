// Readers, in a process of their own: ask for paths over some connections that stay open, one after the other on each.
import { once } from 'node:events'
import { connect } from 'node:net'

/** @returns ms and bytes of each answer */
async function ask(port, paths, end, answers, first) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let buffer = Buffer.alloc(0)
  let wake
  socket.on('data', (chunk) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    wake?.()
  })
  const until = async (ready) => {
    while (!ready()) {
      await new Promise((resolve) => {
        wake = resolve
      })
    }
  }
  for (let i = first; performance.now() < end; i++) {
    const begin = performance.now()
    socket.write(`GET ${paths[i % paths.length]} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await until(() => buffer.includes('\r\n\r\n'))
    const body = buffer.indexOf('\r\n\r\n')
    const head = buffer.subarray(0, body).toString('latin1')
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(head)
    const length = Number(/^content-length: (\d+)$/im.exec(head)[1])
    await until(() => buffer.length >= body + 4 + length)
    buffer = buffer.subarray(body + 4 + length)
    answers.push([performance.now() - begin, length])
  }
  socket.end()
}

process.once('message', async ({ port, paths, connections, seconds }) => {
  const answers = []
  const begin = performance.now()
  const end = begin + seconds * 1000
  const first = (n) => Math.floor((n * paths.length) / connections)
  await Promise.all(Array.from({ length: connections }, (_, n) => ask(port, paths, end, answers, first(n))))
  process.send({ ms: performance.now() - begin, answers }, () => process.exit(0))
})
