import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from './_refusal.ts'
import { collectFrames, FrameCollector, frameId, MAX_FRAMES, qrFrames } from './qr-frames.ts'

const bytes = (length: number, step = 131): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * step) & 0xff)

/** Something else each time, of three frames. */
const stranger = (n: number): Uint8Array =>
  Uint8Array.from({ length: 1000 }, (_, i) => (i < 2 ? n >> (8 * i) : 7) & 0xff)

/** The same texts in an order that the property chooses. */
const shuffled = (frames: readonly string[], numbers: Iterator<number>): string[] =>
  frames
    .map((frame) => ({ frame, at: numbers.next().value as number }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ frame }) => frame)

/** The same frame with another last character of its content, which is still base45. */
const misread = (frame: string): string => frame.replace(/.$/, (last) => (last === '0' ? '1' : '0'))

const order = fc.infiniteStream(fc.nat())
const contents = fc.uniqueArray(fc.uint8Array({ maxLength: 3000 }), {
  minLength: 1,
  maxLength: 6,
  selector: (content) => content.join(),
})

describe('frames for a phone', () => {
  it('give the bytes back, in any order and more than once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), order, (content, numbers) => {
        const frames = qrFrames(content)
        expect(collectFrames(shuffled([...frames, ...frames], numbers))).toEqual(content)
      }),
      { numRuns: 50 },
    )
  })

  it('fit a symbol that phones read, and its alphanumeric mode', () => {
    for (const frame of qrFrames(bytes(100_000))) expect(frame).toMatch(/^[0-9A-Z $%*+\-./:]{1,600}$/)
  })

  it.each([
    'TSP1:0123456789ABCDEF/0/2:00',
    'TSP1:0123456789ABCDEF/3/2:00',
    'TSP1:0123456789ABCDEF/1/1:0',
    'TSP1:0123456789ABCDEF/1/1::::',
    'TSP1:0123456789ABCDEF/1/2801:00',
  ])('that cannot be are refused: %s', (frame) => {
    expect(refusal(() => new FrameCollector().take(frame))).toBe('FRAME_MALFORMED')
  })

  it('are not made of more than anyone would film', () => {
    expect(refusal(() => qrFrames(new Uint8Array(MAX_FRAMES * 400)))).toBe('FRAME_SIZE')
  })
})

describe('FrameCollector', () => {
  it('says what is there and what is missing', () => {
    const collector = new FrameCollector()
    const frames = qrFrames(bytes(1500))
    const id = frameId(bytes(1500))
    expect(collector.nearest).toBeUndefined()
    expect(refusal(() => collector.bytes())).toBe('FRAME_MISSING')
    expect(collector.take(frames[2]!)).toEqual({ id, number: 3, of: 4, news: 'new' })
    expect(collector.take(frames[2]!)?.news).toBe('repeated')
    expect(collector.take('https://example.org')).toBeUndefined()
    expect(collector.nearest).toEqual({ id, have: 1, of: 4, missing: [1, 2, 4] })
    expect(refusal(() => collector.bytes())).toBe('FRAME_MISSING')
  })

  it('gathers up to six sequences at once, however their frames come', () => {
    fc.assert(
      fc.property(contents, order, (all, numbers) => {
        const collector = new FrameCollector()
        const found: Uint8Array[] = []
        for (const frame of shuffled(all.flatMap(qrFrames), numbers)) {
          collector.take(frame)
          const { nearest } = collector
          if (nearest?.missing.length === 0) found.push(collector.bytes())
        }
        expect(found).toHaveLength(all.length)
        expect(new Set(found.map(frameId))).toEqual(new Set(all.map(frameId)))
        expect(collector.sequences).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('is held up by no stranger: after two frames of its own a sequence stays, whatever single frames come between', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 760, maxLength: 2000 }), fc.nat({ max: 40 }), (content, many) => {
        let strangers = 0
        const collector = new FrameCollector()
        const [first, second, ...others] = qrFrames(content)
        collector.take(first!)
        collector.take(second!)
        for (const frame of others) {
          for (let i = 0; i < many; i++) collector.take(qrFrames(stranger(strangers++))[i % 3]!)
          expect(collector.sequences.length).toBeLessThanOrEqual(6)
          collector.take(frame)
        }
        const own = collector.sequences.find(({ id }) => id === frameId(content))
        expect(own?.missing).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  it('puts the nearest to complete first', () => {
    const collector = new FrameCollector()
    const [long, short] = [qrFrames(bytes(4000)), qrFrames(bytes(700))]
    for (const frame of [...long.slice(0, 8), short[0]!]) collector.take(frame)
    expect(collector.sequences.map(({ have, of }) => [have, of])).toEqual([
      [8, 11],
      [1, 2],
    ])
    collector.take(short[1]!)
    expect(collector.bytes()).toEqual(bytes(700))
    expect(collector.nearest?.of).toBe(11)
  })

  it('does not begin again with what is finished, or was before', () => {
    const frames = qrFrames(bytes(700))
    const collector = new FrameCollector()
    for (const frame of frames) collector.take(frame)
    collector.bytes()
    expect(collector.take(frames[0]!)?.news).toBe('finished')
    expect(collector.sequences).toEqual([])
    expect(new FrameCollector([frameId(bytes(700))]).take(frames[1]!)?.news).toBe('finished')
  })

  it('finds the bytes among frames that were read in two ways', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.uniqueArray(fc.nat({ max: 7 }), { maxLength: 4 }),
        order,
        (content, damaged, numbers) => {
          const frames = qrFrames(content)
          const wrong = damaged.flatMap((i) => (i < frames.length ? [misread(frames[i]!)] : []))
          const collector = new FrameCollector()
          for (const frame of shuffled([...frames, ...wrong], numbers)) {
            try {
              collector.take(frame)
            } catch {
              // A misread frame can also be one that cannot be.
            }
          }
          expect(collector.bytes()).toEqual(content)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('notices a frame that was misread alone, and begins anew', () => {
    const collector = new FrameCollector()
    const [first = '', ...others] = qrFrames(bytes(1500))
    for (const frame of [misread(first), ...others]) collector.take(frame)
    expect(refusal(() => collector.bytes())).toBe('FRAME_DIGEST')
    for (const frame of [first, ...others]) collector.take(frame)
    expect(collector.bytes()).toEqual(bytes(1500))
  })

  it('keeps apart what has one id and two lengths, and survives a flood of readings', () => {
    const collector = new FrameCollector()
    const frames = qrFrames(bytes(1500))
    const forged = frames[0]!.replace('/1/4:', '/1/9:')
    expect(collector.take(forged)?.news).toBe('new')
    for (let i = 0; i < 200; i++) collector.take(`${frames[0]!.slice(0, -3)}${100 + i}`)
    for (const frame of frames) collector.take(frame)
    expect(collector.bytes()).toEqual(bytes(1500))
  })
})
