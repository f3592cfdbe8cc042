import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Lobby } from './lobby.ts'

class FakeSocket extends EventEmitter {
  ended = false
  readonly remoteAddress: string
  readonly remotePort: number

  constructor(address: string, port: number) {
    super()
    this.remoteAddress = address
    this.remotePort = port
  }

  destroy(): void {
    this.ended = true
    this.emit('close')
  }
}

function visitors() {
  let evicted = 0
  const lobby = new Lobby({ most: 4, mostEach: 2 }, () => evicted++)
  let port = 0
  const come = (address: string): FakeSocket => {
    const socket = new FakeSocket(address, ++port)
    lobby.enter(socket as unknown as Socket)
    return socket
  }
  const logIn = (socket: FakeSocket): void =>
    lobby.leave(new FakeSocket(socket.remoteAddress, socket.remotePort) as unknown as Socket)
  return { come, logIn, evicted: () => evicted }
}

test('the oldest of an address makes room for the next of it', () => {
  const { come, evicted } = visitors()
  const [other, first, second, third] = [come('192.0.2.2'), come('192.0.2.1'), come('192.0.2.1'), come('192.0.2.1')]
  expect([other, first, second, third].map((socket) => socket.ended)).toEqual([false, true, false, false])
  expect(evicted()).toBe(1)
})

test('the oldest of all makes room when all places are taken', () => {
  const { come, evicted } = visitors()
  const sockets = [1, 2, 3, 4, 5].map((n) => come(`192.0.2.${n}`))
  expect(sockets.map((socket) => socket.ended)).toEqual([true, false, false, false, false])
  expect(evicted()).toBe(1)
})

test('who has logged in or left takes no place, and is not evicted', () => {
  const { come, logIn, evicted } = visitors()
  const gateway = come('192.0.2.1')
  logIn(gateway)
  come('192.0.2.1').destroy()
  const sockets = [come('192.0.2.1'), come('192.0.2.1')]
  gateway.destroy()
  expect(evicted()).toBe(0)
  come('192.0.2.1')
  expect([gateway.ended, ...sockets.map((socket) => socket.ended)]).toEqual([true, true, false])
})
