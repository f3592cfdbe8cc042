import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Code, type Decode, type Frame, GOODS_FORMATS } from './code.ts'
import { Decoder, type Readers } from './decoder.ts'
import { nativeDecode } from './native.ts'

const frame = {} as Frame
const says =
  (text: string): Decode =>
  () =>
    Promise.resolve([{ format: 'qr_code', text }])

/** A promise that a test settles. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let [resolve, reject] = [(_: T): void => undefined, (_: Error): void => undefined]
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

beforeEach(() => vi.stubGlobal('HTMLVideoElement', class {}))
afterEach(() => vi.unstubAllGlobals())

const texts = async (decoder: Decoder): Promise<string[]> => (await decoder.decode(frame)).map(({ text }) => text)

describe('Decoder', () => {
  it('takes the browser’s own reader, and loads no other', async () => {
    const never = (): never => {
      throw new Error('loaded')
    }
    const decoder = new Decoder(['qr_code'], { native: async () => says('own'), zxing: never, small: never })
    await decoder.ready
    expect([decoder.engine, await texts(decoder)]).toEqual(['native', ['own']])
  })

  it('reads with the small one until the large one is there', async () => {
    const [small, large] = [later<Decode>(), later<Decode>()]
    const readers: Readers = { native: async () => undefined, zxing: () => large.promise, small: () => small.promise }
    const decoder = new Decoder(['qr_code'], readers)
    expect(await texts(decoder)).toEqual([])
    small.resolve(says('small'))
    await vi.waitFor(async () => expect(await texts(decoder)).toEqual(['small']), 60_000)
    large.resolve(says('large'))
    await decoder.ready
    expect([decoder.engine, await texts(decoder)]).toEqual(['zxing', ['large']])
  })

  it('keeps the large one when the small one comes later', async () => {
    const small = later<Decode>()
    const readers: Readers = {
      native: async () => undefined,
      zxing: async () => says('large'),
      small: () => small.promise,
    }
    const decoder = new Decoder(['qr_code'], readers)
    await vi.waitFor(() => expect(decoder.engine).toBe('zxing'), 60_000)
    small.resolve(says('small'))
    await decoder.ready
    expect(await texts(decoder)).toEqual(['large'])
  })

  it('goes on with the small one where the other cannot be had, and reads nothing where none can', async () => {
    const gone = (): Promise<Decode> => Promise.reject(new Error('barred'))
    const one = new Decoder(['qr_code'], {
      native: async () => undefined,
      zxing: gone,
      small: async () => says('small'),
    })
    await one.ready
    expect([one.engine, await texts(one)]).toEqual(['qr', ['small']])
    const none = new Decoder(['qr_code'], { native: async () => undefined, zxing: gone, small: gone })
    await none.ready
    expect([await texts(none), none.reads, one.reads]).toEqual([[], false, true])
  })

  it('leaves a reader of the browser that fails three times in a row, and not for less', async () => {
    let bad = 2
    const native: Decode = () => (bad-- > 0 ? Promise.reject(new Error('no service')) : says('own')(frame))
    const zxing = vi.fn(async () => says('large'))
    const decoder = new Decoder(['qr_code'], { native: async () => native, zxing, small: async () => says('small') })
    await decoder.ready
    for (const expected of [[], [], ['own']]) expect(await texts(decoder)).toEqual(expected)
    expect(zxing).not.toHaveBeenCalled()
    bad = 3
    for (let i = 0; i < 3; i++) expect(await texts(decoder)).toEqual([])
    await decoder.ready
    expect([decoder.engine, await texts(decoder)]).toEqual(['zxing', ['large']])
  })
})

describe('Decoder with the browser’s own reader, which sees nothing', () => {
  const blind: Decode = () => Promise.resolve([])

  it('asks the large one after a while, and no sooner', async () => {
    const zxing = vi.fn(async () => says('large'))
    const decoder = new Decoder(['qr_code'], { native: async () => blind, zxing, small: async () => says('small') })
    await decoder.ready
    for (let i = 0; i < 39; i++) expect(await texts(decoder)).toEqual([])
    expect(zxing).not.toHaveBeenCalled()
    await vi.waitFor(async () => expect(await texts(decoder)).toEqual(['large']), 60_000)
    expect([decoder.engine, zxing.mock.calls.length]).toEqual(['native', 1])
  })

  it('asks the large one at once for a picture that comes once, and does without where it cannot be had', async () => {
    const readers = { native: async () => blind, small: async () => says('small') }
    const decoder = new Decoder(['qr_code'], { ...readers, zxing: async () => says('large') })
    expect((await decoder.search(frame)).map(({ text }) => text)).toEqual(['large'])
    const gone = (): Promise<Decode> => Promise.reject(new Error('barred'))
    expect(await new Decoder(['qr_code'], { ...readers, zxing: gone }).search(frame)).toEqual([])
    const broken: Decode = () => Promise.reject(new Error('no memory'))
    expect(await new Decoder(['qr_code'], { ...readers, zxing: async () => broken }).search(frame)).toEqual([])
  })
})

describe('nativeDecode', () => {
  const stub = (supported: string[], found: { format?: string; rawValue: string }[] = []): unknown =>
    vi.stubGlobal(
      'BarcodeDetector',
      class {
        static getSupportedFormats = (): Promise<string[]> => Promise.resolve(supported)
        detect = (): Promise<object[]> => Promise.resolve(found)
      },
    )

  it.each([[[]], [['qr_code']], [['qr_code', 'ean_13', 'ean_8', 'upc_a']]])(
    'is none where it does not read what goods carry: %j',
    async (supported) => {
      stub(supported)
      expect(await nativeDecode(GOODS_FORMATS)).toBeUndefined()
    },
  )

  it('is none where there is no such thing, or asking for it fails', async () => {
    expect(await nativeDecode(GOODS_FORMATS)).toBeUndefined()
    const getSupportedFormats = (): Promise<never> => Promise.reject(new Error('no service'))
    vi.stubGlobal('BarcodeDetector', { getSupportedFormats })
    expect(await nativeDecode(GOODS_FORMATS)).toBeUndefined()
  })

  it.each([
    ['01234565', '0012345000065'],
    ['04252614', '0042100005264'],
    ['01234531', '0012300000451'],
    ['01234543', '0012340000053'],
    ['not this', 'not this'],
  ])('gives the short number %s under bars as the whole one, which alone names a product', async (short, whole) => {
    stub(['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a', 'upc_e'], [{ format: 'upc_e', rawValue: short }])
    const decode = await nativeDecode(GOODS_FORMATS)
    expect(await decode!(frame)).toEqual<Code[]>([{ format: 'upc_e', text: whole }])
  })

  it('takes no ITF that is shorter than a case’s: it is half of one', async () => {
    const found = ['09506000134352', '95060001', '506000134352'].map((rawValue) => ({ format: 'itf', rawValue }))
    stub(['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a', 'itf'], found)
    const decode = await nativeDecode(GOODS_FORMATS)
    expect(await decode!(frame)).toEqual<Code[]>([{ format: 'itf', text: '09506000134352' }])
  })

  it('gives texts with their separators, and without the first', async () => {
    stub(
      ['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a'],
      [{ format: 'data_matrix', rawValue: '\x1d10AB\x1d21C' }],
    )
    const decode = await nativeDecode(GOODS_FORMATS)
    expect(await decode!(frame)).toEqual<Code[]>([{ format: 'data_matrix', text: '10AB\x1d21C' }])
  })
})
