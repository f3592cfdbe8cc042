import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerOf, deliver } from './deliver.ts'

afterEach(() => vi.unstubAllGlobals())

describe('answerOf', () => {
  it.each<[number, unknown, unknown]>([
    [200, { recorded: 2, repeated: 1 }, { kind: 'taken', recorded: 2, repeated: 1 }],
    [
      200,
      { recorded: 0, repeated: 0, refused: { seq: 4, code: 'SEQ_EXPECTED', detail: 'x' } },
      { kind: 'taken', recorded: 0, repeated: 0, refused: { seq: 4, code: 'SEQ_EXPECTED', detail: 'x' } },
    ],
    [422, { code: 'KEY_UNKNOWN', detail: 'd' }, { kind: 'refused', code: 'KEY_UNKNOWN', detail: 'd' }],
    [413, { code: 'REQUEST_TOO_LARGE', title: 't' }, { kind: 'refused', code: 'REQUEST_TOO_LARGE', detail: 't' }],
    [429, { code: 'RATE' }, { kind: 'busy' }],
    [502, '<html>', { kind: 'busy' }],
    [200, '<h1>Welcome</h1>', { kind: 'strange' }],
    [200, { recorded: -1, repeated: 0 }, { kind: 'strange' }],
    [200, { recorded: 1.5, repeated: 0 }, { kind: 'strange' }],
    [200, { recorded: 1, repeated: 0, refused: 'all' }, { kind: 'strange' }],
    [200, null, { kind: 'strange' }],
    [404, 'nothing here', { kind: 'strange' }],
    [302, '', { kind: 'strange' }],
  ])('understands %i %j', (status, body, answer) => {
    expect(answerOf(status, typeof body === 'string' ? body : JSON.stringify(body))).toEqual(answer)
  })

  it('keeps what is shown short, and reads nothing endless', () => {
    const long = answerOf(422, JSON.stringify({ code: 'C'.repeat(9000), detail: 'd'.repeat(9000) }))
    expect(long).toMatchObject({ kind: 'refused', code: 'C'.repeat(300), detail: 'd'.repeat(300) })
    expect(answerOf(200, `{"recorded":1,"repeated":0,"x":"${'x'.repeat(70_000)}"}`)).toEqual({ kind: 'strange' })
  })
})

describe('deliver', () => {
  it('says that nobody is there, whatever the network throws', async () => {
    for (const thrown of [new TypeError('Failed to fetch'), new DOMException('', 'TimeoutError')]) {
      vi.stubGlobal('fetch', () => Promise.reject(thrown))
      expect(await deliver(new Uint8Array(1))).toEqual({ kind: 'away' })
    }
  })

  it('brings it from a browser that knows no signal which ends by itself', async () => {
    vi.stubGlobal('AbortSignal', undefined)
    vi.stubGlobal('fetch', async () => Response.json({ recorded: 1, repeated: 0 }))
    expect(await deliver(new Uint8Array(1))).toEqual({ kind: 'taken', recorded: 1, repeated: 0 })
  })

  it('gives up on a line over which nothing comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      vi.stubGlobal('fetch', (_: string, { signal }: { signal: EventTarget }) => {
        return new Promise((_, reject) => signal.addEventListener('abort', reject))
      })
      const answer = deliver(new Uint8Array(1))
      await vi.advanceTimersByTimeAsync(200_000)
      expect(await answer).toEqual({ kind: 'away' })
    } finally {
      vi.useRealTimers()
    }
  })
})
