import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { type Control, openControl } from './control.ts'
import { readCommandLine } from './options.ts'
import { startSimulator } from './simulator.ts'

const dir = mkdtempSync(join(tmpdir(), 'tristamp-control-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('obeys requests in lines of JSON, and tells events to who asked for them', async () => {
  const argv = ['--dir', dir, '--transport', 'tcp', '--instrument', 'cold=lth01 {air: {celsius: -18}}']
  const command = readCommandLine([...argv, '--instrument', 'dock=scanner', '--instrument', 'probe=ds18b20'])
  if (typeof command === 'string') throw new Error(command)
  let control: Control | undefined
  await using simulator = await startSimulator({ ...command.simulator, onEvent: (event) => control?.tell(event) })
  const played = vi.fn()
  await using opened = await openControl(join(dir, 'control.sock'), simulator, { play: played, quit: () => undefined })
  control = opened
  const lines: unknown[] = []
  let text = ''
  const socket = connect(join(dir, 'control.sock'))
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const parts = text.split('\n')
    text = parts.pop() ?? ''
    lines.push(...parts.map((line) => JSON.parse(line) as unknown))
  })
  const say = async (request: unknown): Promise<unknown> => {
    const before = lines.length
    socket.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`)
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(before), 60_000)
    return lines.at(-1)
  }
  expect(await say({ do: 'state', id: 1 })).toMatchObject({
    id: 1,
    ok: true,
    instruments: {
      cold: { kind: 'lth01', active: [] },
      probe: { address: join(dir, 'probe/28-0316a2794bff/w1_slave') },
    },
  })
  expect(await say({ do: 'fault', instrument: 'cold', kind: 'bit-flip', times: 2 })).toEqual({ ok: true })
  expect(await say({ do: 'state' })).toMatchObject({ instruments: { cold: { active: ['bit-flip'] } } })
  expect(await say({ do: 'clear', instrument: 'cold' })).toEqual({ ok: true })
  expect(await say({ do: 'temperature', instrument: 'cold', celsius: 3 })).toEqual({ ok: true })
  expect(await say({ do: 'fault', instrument: 'cold', kind: 'glue' })).toMatchObject({ ok: false })
  expect(await say({ do: 'fault', instrument: 'nobody', kind: 'late', id: 'x' })).toMatchObject({ id: 'x', ok: false })
  for (const bad of ['[]', 'not json', '{"do":"format"}', '{"do":"fault"}'])
    expect(await say(bad)).toMatchObject({ ok: false })
  expect(await say({ do: 'play' })).toEqual({ ok: true })
  expect(played).toHaveBeenCalledOnce()
  expect(await say({ do: 'events' })).toEqual({ ok: true })
  socket.write(`${JSON.stringify({ do: 'scan', instrument: 'dock', code: 'hello' })}\n`)
  await vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining({ type: 'scan', code: 'hello' })), 60_000)
  await vi.waitFor(() => expect(existsSync(join(dir, 'probe/28-0316a2794bff/w1_slave'))).toBe(true), 60_000)
  expect(await say({ do: 'fault', instrument: 'probe', kind: 'unplug' })).toBeDefined()
  await vi.waitFor(() => expect(existsSync(join(dir, 'probe'))).toBe(false), 60_000)
  socket.destroy()
})
