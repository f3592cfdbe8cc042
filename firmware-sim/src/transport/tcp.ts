import { createServer, type Server, type Socket } from 'node:net'
import type { OnBytes, Transport } from './transport.ts'

const HOST = '127.0.0.1'

/** A line as a TCP socket on the loopback interface: one client at a time, bytes are lost while there is none. */
export async function openTcp(onBytes: OnBytes, onOpen: () => void = () => undefined): Promise<Transport> {
  let client: Socket | undefined
  const accept = (socket: Socket): void => {
    if (client) {
      socket.destroy()
      return
    }
    client = socket.setNoDelay(true)
    socket.on('data', onBytes)
    // A cut connection is an ordinary end here; `close` follows and clears the line.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (client === socket) client = undefined
    })
    onOpen()
  }
  let server: Server | undefined = await listen(accept, 0)
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0

  const unplug = async (): Promise<void> => {
    const closing = server
    server = undefined
    client?.destroy()
    if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()))
  }
  return {
    address: `tcp://${HOST}:${port}`,
    write(bytes) {
      client?.write(bytes)
    },
    unplug,
    async replug() {
      server ??= await listen(accept, port)
    },
    [Symbol.asyncDispose]: unplug,
  }
}

function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept)
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
