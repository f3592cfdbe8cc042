import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDigit } from './gs1/check-digit.ts'
import { personalIn, withoutPersonal } from './personal.ts'

const LOT = 'https://id.gs1.org/01/09506000134352/10/13800138000'

describe('what is of a person', () => {
  it.each([
    ['13800138000'],
    ['138 0013 8000'],
    ['138-0013-8000'],
    ['138.0013.8000'],
    ['138·0013·8000'],
    ['138 - 0013 - 8000'],
    ['138 00138000'],
    ['1380013 8000'],
    ['1 3 8 0 0 1 3 8 0 0 0'],
    ['１３８００１３８０００'],
    ['１３８－００１３－８０００'],
    ['+8613800138000'],
    ['+86-138-0013-8000'],
    ['+86 138 0013 8000'],
    ['（＋８６）13800138000'],
    ['0086 13800138000'],
    ['86-13800138000'],
    ['(010) 1234 5678'],
    ['（010）12345678'],
    ['(0718)5550100'],
    ['010-12345678'],
    ['010 1234 5678'],
    ['010.1234.5678'],
    ['0718-5550100'],
    ['021-6543 2109-801'],
    ['+49 170 1234567'],
    ['+49 (0)170 1234567'],
    ['+1 (412) 555-0100'],
    ['+33 6 12 34 56 78'],
    ['+852 9123 4567'],
    ['a.b@example.com'],
    ['a.b＠example．com'],
    ['ａ．ｂ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['first.last+tag@mail.example.co.uk'],
    ['11010519491231002X'],
    ['11010519491231002x'],
    ['１１０１０５１９４９１２３１００２Ｘ'],
    ['110105 19491231 002X'],
    ['snow@example.com'],
    ['lot-1@example.com'],
    ['sn.lotus@example.com'],
    ['微信号lotus_123'],
    ['wx: snow_123'],
    ['微信号: abc_123'],
    ['微信号：zhangsanfeng'],
    ['微信abc_123'],
    ['微信 abc_123'],
    ['微信号是abc_123'],
    ['微信: 12345678'],
    ['WeChat ID: zhang_san'],
    ['wechat zhang_san1'],
    ['wx:zhangsan'],
    ['wx：abc_123'],
    ['VX: abc-123'],
    ['wxid_abc123def'],
    ['QQ12345678'],
    ['QQ号：12345678'],
    ['qq: 12345678'],
    ['qq群 12345678'],
    ['扣扣12345678'],
  ])('%s, whatever stands around', (part) => {
    for (const [before, after] of [
      ['', ''],
      ['请打', '，谢谢'],
      ['smells; ', ', thanks'],
      ['（', '）'],
      ['。', '。'],
      ['2026-11-22 ', '\n2'],
      ['12.50元，', ' 。'],
    ])
      expect([before, personalIn(before + part + after)]).toEqual([before, [part]])
    expect(withoutPersonal(`酸了，${part}。${part}`)).toBe('酸了，…。…')
  })

  it('letters around a number hide it from nobody', () => {
    for (const text of ['tel13800138000', 'call13800138000now', '打13800138000找我', 'x13800138000y', 'L13800138000'])
      expect(personalIn(text)).toEqual(['13800138000'])
    expect(personalIn('身份证号11010519491231002X的人')).toEqual(['11010519491231002X'])
    // Mistyped, but called so.
    expect(personalIn('身份证：110105194912310021')).toEqual(['110105194912310021'])
  })

  it('each once, in their order, and none is left', () => {
    const text = 'a@b.cn，批号B261120电话13800138000，(010) 1234 5678，a@b.cn；微信号: abc_123 (01)09506000134352(21)A1'
    expect(personalIn(text)).toEqual(['a@b.cn', '13800138000', '(010) 1234 5678', '微信号: abc_123'])
    expect(withoutPersonal(text)).toBe('…，批号B261120电话…，…，…；… (01)09506000134352(21)A1')
  })

  it('several in one text', () => {
    const text =
      '我叫王，电话138 1234 5678，邮箱 a.b@example.com，身份证11010519491231002X，座机0718-5550100 +49 170 1234567'
    expect(personalIn(text)).toEqual([
      '138 1234 5678',
      'a.b@example.com',
      '11010519491231002X',
      '0718-5550100',
      '+49 170 1234567',
    ])
    expect(personalIn(withoutPersonal(text))).toEqual([])
    const wide = '电话１３８１２３４５６７８，ａ．ｂ＠ｅｘａｍｐｌｅ．ｃｏｍ，１３８１２３４５６７８'
    expect(withoutPersonal(wide)).toBe('电话…，…，…')
  })

  it('none is left of those that begin within another, or are seen once another is gone', () => {
    for (const [text, left] of [
      ['13800138000wxid_abc1231234567811010519491231002X', '………X'],
      ['wxid_abc1231990wx:32026', '……'],
      ['11010519491231002X11010519491231002X', '……'],
    ] as const)
      expect([text, withoutPersonal(text)]).toEqual([text, left])
    const part = fc.constantFrom(
      ...['11010519491231002X', 'wxid_abc123', 'wx:', '13800138000', 'a@b.cn', '微信', '12345678', ' '],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        expect(personalIn(withoutPersonal(parts.join('')))).toEqual([])
      }),
    )
  })

  it('numbers of mobiles, however they are grouped', () => {
    const grouped = fc
      .tuple(
        fc.constantFrom('', '+86', '+86 ', '+86-', '86 ', '0086-', '(+86) '),
        fc.stringMatching(/^1[3-9]\d{9}$/),
        fc.constantFrom([11], [3, 4, 4], [3, 8], [7, 4], [3, 3, 5]),
        fc.constantFrom(' ', '-', '.', '–'),
        fc.boolean(),
      )
      .map(([prefix, digits, sizes, gap, wide]) => {
        const parts = sizes.map((size, i) => {
          const from = sizes.slice(0, i).reduce((sum, one) => sum + one, 0)
          return digits.slice(from, from + size)
        })
        const text = prefix + parts.join(gap)
        return wide ? text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)) : text
      })
    const around = fc.constantFrom('', '请打', ' ', 'tel: ', '，', '\n')
    fc.assert(
      fc.property(grouped, around, around, (number, before, after) => {
        expect(withoutPersonal(before + number + after)).toBe(`${before}…${after}`)
      }),
    )
  })

  it('resident identity numbers', () => {
    const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    const first = fc
      .tuple(
        fc.stringMatching(/^[1-6][1-5]\d{4}$/),
        fc.integer({ min: 1930, max: 2025 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        fc.stringMatching(/^\d{3}$/),
      )
      .map(([place, y, m, d, n]) => `${place}${y}${String(m).padStart(2, '0')}${String(d).padStart(2, '0')}${n}`)
    fc.assert(
      fc.property(first, (digits) => {
        const sum = WEIGHTS.reduce((all, weight, i) => all + weight * Number(digits[i]), 0)
        const last = '10X98765432'[sum % 11]!
        expect(personalIn(`我是${digits}${last}`)).toEqual([digits + last])
        const wrong = last === '1' ? '2' : '1'
        expect(personalIn(`${digits}${wrong}`)).toEqual([])
      }),
    )
  })
})

describe('what is of goods', () => {
  it.each([
    ['6901234567892, 09506000134352, 96385074, 036000291452'],
    ['6 901234 567892'],
    ['0950 6000 1343 52'],
    ['8613800138006'],
    ['SSCC 395060001343520001, (00)395060001343520001'],
    ['B261120-07, L2026112201, S0402-13, 20261122-001'],
    ['批号13800138000，序列号：13900139000，包装号 15812345678，条码是13812345678'],
    ['批号：Ａ１３８００１３８０００'],
    ['lot 13800138000, S/N: 13800138000, SN13900139000, serial number 13812345678, batch no. 138-0013-8000'],
    ['(01)09506000134352(21)13800138000, （21）13800138000'],
    ['010950600013435221A13800138000'],
    [']C10109506000134352 ]d201095060001343522113800138000'],
    ['https://id.gs1.org/01/09506000134352/21/13800138000?17=261130'],
    ['urn:epc:id:sgtin:9506000.013435.13800138000'],
    ['2026-11-22 08:30, 2026/11/22, 22.11.2026, 20261122, 1990-12-31 123, 2026-11-22T08:30:00+08:00'],
    ['2026年11月22日13时50分, 13:50-14:20, 11-22 15:30'],
    ['12.50元, ¥138.00, 138.00 139.50 140.00, 19.90 CNY, 1,380,013.80'],
    ['4.0 °C, -18.5 °C, +4.5 +5.2, +12.50 13.00 14.25, 0–4 °C 61/61 h, 13.5 14.2 15.0 16.1 17.2'],
    ['+4 2026-11-22, +4 5 4 3 5 6 7 8 9'],
    ['1234567890123456789012, 1763800000123, 1763800000'],
    ['12315, 400-812-3456, 95598'],
    ['微信扫码没有反应，微信支付 12345678，QQ糖 12345678，QQ 20261122'],
    ['WeChat failed, WeChat: failed to open, wx12345678, WX-12345678, QQ'],
    ['bought @ store, 2 @ 12.50, pkg@1.2'],
    ['12345619990101000X 123456199001011234'],
  ])('%s', (text) => {
    expect(personalIn(text)).toEqual([])
    expect(withoutPersonal(text)).toBe(text)
  })

  it('their own numbers, also by themselves', () => {
    expect(personalIn('13800138000', LOT)).toEqual([])
    expect(personalIn('13800138000')).toEqual(['13800138000'])
    expect(personalIn('上面是13800138000，打13900139000', LOT)).toEqual(['13900139000'])
    // Part of another number it is none of theirs.
    expect(personalIn('+86 139 0013 8000', 'https://id.gs1.org/01/09506000134352/10/8000')).toHaveLength(1)
  })

  it('everything in an element string, however it is written, and in a Digital Link', () => {
    const gtin = fc.stringMatching(/^\d{12}$/).map((digits) => `0${digits}${checkDigit(digits)}`)
    const sscc = fc.stringMatching(/^\d{17}$/).map((digits) => digits + checkDigit(digits))
    // Numbers that look like those of persons as often as not.
    const value = fc.oneof(
      fc.stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/),
      fc.stringMatching(/^1[3-9]\d{9}$/),
      fc.stringMatching(/^[A-Z]1[3-9]\d{9}$/),
      fc.stringMatching(/^1[3-9]\d-\d{4}-\d{4}$/),
      fc.constantFrom('11010519491231002X', '010-12345678', '+8613800138000', 'wx:abc_123', 'QQ12345678'),
    )
    const date = fc.date({ min: new Date(0), max: new Date('2050-01-01'), noInvalidDate: true })
    const goods = fc.record({ gtin, sscc, lot: value, serial: value, expiry: date })
    const around = fc.constantFrom('', '请看', ' ', '。', 'smells bad ', '\n')
    fc.assert(
      fc.property(goods, around, around, ({ gtin: of, sscc: unit, lot, serial, expiry }, before, after) => {
        const day = expiry.toISOString().slice(2, 10).replaceAll('-', '')
        const path = `/01/${of}/10/${encodeURIComponent(lot)}/21/${encodeURIComponent(serial)}`
        const written = [
          `(01)${of}(10)${lot}(17)${day}(21)${serial}`,
          `(01)${of}(21)${serial}`,
          `(10)${lot}`,
          `(00)${unit}`,
          `（01）${of}（17）${day}（21）${serial}`,
          `01${of}17${day}21${serial}`,
          `]d201${of}10${lot}`,
          `]C100${unit}`,
          `01${of}`,
          `00${unit}`,
          of,
          of.slice(1),
          expiry.toISOString(),
          `https://id.gs1.org${path}?17=${day}`,
          `https://trace.example.org${path}`,
        ]
        for (const one of written) expect(personalIn(before + one + after)).toEqual([])
        const subject = `https://id.gs1.org/01/${of}/21/${serial.replace(/[^\w.-]/g, '')}`
        for (const [i, own] of (subject.match(/[^/:]+/g) ?? []).entries())
          if (i > 1 && /\d{4}/.test(own)) expect(personalIn(before + own + after, subject)).toEqual([])
      }),
    )
  })
})
