import { createServer } from 'node:net'

/** Ports below those that systems hand out by themselves: no program that starts meanwhile is given one of them. */
const FROM = 10_000
const TO = 30_000

/** A port of this machine on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const port = FROM + Math.floor(Math.random() * (TO - FROM))
      const server = createServer()
      server.once('error', look).listen(port, '127.0.0.1', () => server.close(() => resolve(port)))
    }
    look()
  })
}
