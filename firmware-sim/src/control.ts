import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import * as v from 'valibot'
import type { SimEvent } from './event.ts'
import type { Simulator } from './simulator.ts'

/** A request is a line; longer ones are no requests. */
const MAX_LINE = 16_384

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const id = v.exactOptional(v.union([v.string(), v.number()]))
const finite = v.pipe(v.number(), v.finite())
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(10 ** 10))

/** Everything that may be asked for: one JSON object a line. */
const request = v.variant('do', [
  v.strictObject({ do: v.literal('state'), id }),
  v.strictObject({ do: v.literal('play'), id }),
  v.strictObject({ do: v.literal('events'), id }),
  v.strictObject({ do: v.literal('quit'), id }),
  v.strictObject({
    do: v.literal('fault'),
    id,
    instrument: name,
    kind: name,
    times: v.exactOptional(v.pipe(finite, v.integer(), v.minValue(1))),
  }),
  v.strictObject({ do: v.literal('clear'), id, instrument: name, kind: v.exactOptional(name) }),
  v.strictObject({ do: v.literal('scan'), id, instrument: name, code: v.pipe(v.string(), v.maxLength(2048)) }),
  v.strictObject({
    do: v.literal('temperature'),
    id,
    instrument: name,
    celsius: v.pipe(finite, v.minValue(-60), v.maxValue(120)),
    withinMs: v.exactOptional(ms),
  }),
  v.strictObject({
    do: v.literal('move'),
    id,
    instrument: name,
    points: v.pipe(
      v.array(
        v.strictObject({
          lat: v.pipe(finite, v.minValue(-90), v.maxValue(90)),
          lon: v.pipe(finite, v.minValue(-180), v.maxValue(180)),
        }),
      ),
      v.minLength(1),
      v.maxLength(1000),
    ),
    withinMs: ms,
  }),
  v.strictObject({ do: v.literal('advance'), id, byMs: ms, overMs: ms }),
])

type Request = v.InferOutput<typeof request>

export interface Control extends AsyncDisposable {
  /** Hands an event to everyone who asked for events. */
  tell(event: SimEvent): void
}

/** What the socket may set in motion beside the simulator. */
export interface ControlHooks {
  play(): void
  quit(): void
}

/**
 * Listens on a unix socket. Each line is a request, each answer a line `{"id"?, "ok": true, …}` or `{"id"?, "ok": false, "error": "…"}`, in order.
 * Whoever may open the socket may use it: it lies in a folder of the one who runs the simulator.
 */
export async function openControl(path: string, simulator: Simulator, hooks: ControlHooks): Promise<Control> {
  rmSync(path, { force: true })
  const sockets = new Set<Socket>()
  const curious = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      curious.delete(socket)
    })
    hear(socket, (line) => answer(line, simulator, hooks, () => curious.add(socket)))
  })
  await listening(server, path)
  return {
    tell(event) {
      for (const socket of curious) socket.write(`${JSON.stringify(event)}\n`)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.end()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroySoon()
      })
      rmSync(path, { force: true })
    },
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
}

/** Lines of a socket, answered one after the other. */
function hear(socket: Socket, reply: (line: string) => Promise<object>): void {
  let text = ''
  let last = Promise.resolve()
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end).trim()
      text = text.slice(end + 1)
      if (line === '') continue
      last = last.then(async () => {
        const said = await reply(line)
        if (!socket.destroyed) socket.write(`${JSON.stringify(said)}\n`)
      })
    }
    if (text.length > MAX_LINE) socket.destroy()
  })
}

async function answer(line: string, simulator: Simulator, hooks: ControlHooks, watch: () => void): Promise<object> {
  const parsed = v.safeParse(request, parseJson(line))
  if (!parsed.success) {
    const [issue] = parsed.issues
    return { ok: false, error: `${v.getDotPath(issue) ?? 'request'}: ${issue.message}` }
  }
  const asked = parsed.output
  const mark = asked.id === undefined ? {} : { id: asked.id }
  try {
    return { ...mark, ok: true, ...(await obey(asked, simulator, hooks, watch)) }
  } catch (error) {
    return { ...mark, ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

async function obey(asked: Request, simulator: Simulator, hooks: ControlHooks, watch: () => void): Promise<object> {
  switch (asked.do) {
    case 'state':
      return { time: new Date(simulator.now()).toISOString(), instruments: simulator.state() }
    case 'play':
      hooks.play()
      return {}
    case 'events':
      watch()
      return {}
    case 'quit':
      // The answer goes first.
      setImmediate(() => hooks.quit())
      return {}
    case 'fault':
      await simulator.fault(asked.instrument, asked.kind, asked.times)
      return {}
    case 'clear': {
      const active = simulator.state()[asked.instrument]?.active ?? []
      for (const kind of asked.kind === undefined ? active : [asked.kind])
        await simulator.clearFault(asked.instrument, kind)
      return {}
    }
    case 'scan':
      simulator.scan(asked.instrument, asked.code)
      return {}
    case 'temperature':
      simulator.setTemperature(asked.instrument, asked.celsius, asked.withinMs)
      return {}
    case 'move':
      simulator.move(asked.instrument, asked.points, asked.withinMs)
      return {}
    case 'advance':
      await simulator.advance(asked.byMs, asked.overMs)
      return {}
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
