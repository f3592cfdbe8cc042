import { hasCheckDigit } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLDS, id, labels, Play } from './_station.ts'
import { MAX_GOODS } from './gather.ts'
import { REPEAT_MS } from './reduce.ts'

describe('labels of these tests', () => {
  it('have their check digits', () => {
    expect(hasCheckDigit('095011015300030017')).toBe(true)
    expect(hasCheckDigit('095201234567891235')).toBe(true)
  })
})

describe('receive, ship, sell', () => {
  it('gathers scans into one event, closed by silence', () => {
    const play = new Play({ receive: {} }, 'receive')
      .scan(labels.item('A'), labels.item('B'), labels.lot('L9'))
      .wait(1999)
    expect(play.drafts).toEqual([])
    const [draft] = play.wait(1).drafts
    expect(draft).toMatchObject({
      action: 'receive',
      event: {
        type: 'ObjectEvent',
        action: 'OBSERVE',
        bizStep: 'receiving',
        disposition: 'in_progress',
        epcList: [id.item('A'), id.item('B')],
        quantityList: [{ epcClass: id.lot('L9'), quantity: 1.75, uom: 'KGM' }],
        bizLocation: { id: HOLDS },
      },
      held: [id.item('A'), id.item('B'), id.lot('L9')],
      left: [],
    })
    // The act happened at its last scan, not when it was closed.
    expect(draft?.stamp.moment.monotonicMs).toBe(4000)
    expect(play.wait(10_000).drafts).toHaveLength(1)
  })

  it('closes by end, and by choosing the next action', () => {
    const play = new Play({ receive: {}, ship: { to: 'https://id.gs1.org/414/9506000134024' } }, 'receive')
    play.scan(labels.item('A')).do('do/ship').scan(labels.pallet).do('end')
    expect(play.drafts.map((d) => d.action)).toEqual(['receive', 'ship'])
    expect(play.drafts[1]).toMatchObject({
      event: {
        bizStep: 'shipping',
        disposition: 'in_transit',
        destinationList: [{ type: 'location', destination: 'https://id.gs1.org/414/9506000134024' }],
      },
      held: [],
      left: [id.pallet],
    })
    expect(play.drafts[1]?.event).not.toHaveProperty('bizLocation')
    expect(play.drafts[1]?.event).not.toHaveProperty('quantityList')
  })

  it('sells things out of existence', () => {
    const [draft] = new Play({ sell: {} }, 'sell').scan(labels.item('A')).wait(2000).drafts
    expect(draft).toMatchObject({
      event: { action: 'DELETE', bizStep: 'retail_selling', disposition: 'retail_sold' },
      left: [id.item('A')],
    })
  })

  it('takes a double read once, and a repeated act not at all', () => {
    const play = new Play({ receive: {} }, 'receive').scan(labels.item('A'), labels.item('A')).do('end')
    expect(play.drafts).toMatchObject([{ event: { epcList: [id.item('A')] } }])
    play.scan(labels.item('A')).do('end')
    expect(play.drafts).toHaveLength(1)
    expect(play.repeats).toEqual([[id.item('A')], [id.item('A')]])
    play.wait(REPEAT_MS).scan(labels.item('A')).do('end')
    expect(play.drafts).toHaveLength(2)
  })

  it('takes the next piece of a lot, with another weight, for what it is: not for a second look at the first', () => {
    const play = new Play({ sell: {} }, 'sell').scan(labels.lot('L9', '001750')).wait(2000)
    // Within the time of the guard.
    play.scan(labels.lot('L9', '000800')).wait(2000)
    expect(play.repeats).toEqual([])
    expect(play.drafts.map(({ event }) => event)).toMatchObject([
      { quantityList: [{ epcClass: id.lot('L9'), quantity: 1.75, uom: 'KGM' }] },
      { quantityList: [{ epcClass: id.lot('L9'), quantity: 0.8, uom: 'KGM' }] },
    ])
    // The same weight within that time is the same label, read again.
    expect(play.scan(labels.lot('L9', '000800')).wait(2000).repeats).toEqual([[id.lot('L9')]])
    expect(play.drafts).toHaveLength(2)
  })

  it('adds up what several labels of one lot say in one act, a double read once', () => {
    const [first, second] = [labels.lot('L9', '001750'), labels.lot('L9', '000800')]
    const play = new Play({ receive: {} }, 'receive').scan(first, second, second, labels.lot('L8')).do('end')
    expect(play.drafts).toMatchObject([
      {
        event: {
          quantityList: [
            { epcClass: id.lot('L9'), quantity: 2.55, uom: 'KGM' },
            { epcClass: id.lot('L8'), quantity: 1.75, uom: 'KGM' },
          ],
        },
        held: [id.lot('L9'), id.lot('L8')],
      },
    ])
    // All of its labels are known for the guard.
    expect(play.scan(first, second).repeats).toHaveLength(2)
  })

  it('records a full list and goes on with the next', () => {
    const play = new Play({ receive: {} }, 'receive')
    for (let i = 0; i <= MAX_GOODS; i++) play.scan(labels.item(`S${i}`))
    expect(play.drafts).toHaveLength(1)
    expect(play.do('end').drafts.map((d) => d.held.length)).toEqual([MAX_GOODS, 1])
  })
})

describe('commission', () => {
  it('splits by lot and date, because master data are the event’s', () => {
    const play = new Play({ commission: {} }, 'commission')
    play.scan(labels.item('A'), labels.item('B', 'L2'), labels.item('C'), labels.lot('L9')).do('end')
    expect(play.drafts.map(({ event }) => event)).toMatchObject([
      {
        action: 'ADD',
        bizStep: 'commissioning',
        disposition: 'active',
        epcList: [id.item('A'), id.item('C')],
        ilmd: { 'cbvmda:lotNumber': 'L1', 'cbvmda:itemExpirationDate': '2026-12-01' },
      },
      { epcList: [id.item('B')], ilmd: { 'cbvmda:lotNumber': 'L2' } },
      {
        bizStep: 'creating_class_instance',
        quantityList: [{ epcClass: id.lot('L9') }],
        ilmd: { 'cbvmda:lotNumber': 'L9' },
      },
    ])
  })

  it('reads day 00 as the end of the month, and two-digit years as the nearest', () => {
    const dates = ['280200', '750101', '770101'].map((date, i) => {
      const play = new Play({ commission: {} }, 'commission').scan(labels.item(`S${i}`, 'L1', date)).do('end')
      return (play.drafts[0]!.event as { ilmd: Record<string, string> }).ilmd['cbvmda:itemExpirationDate']
    })
    expect(dates).toEqual(['2028-02-29', '2075-01-01', '1977-01-01'])
  })

  it('uses the steps that the configuration names', () => {
    const play = new Play({ commission: { bizStep: 'accepting', disposition: 'in_progress' } }, 'commission')
      .scan(labels.pig)
      .do('end')
    expect(play.drafts[0]?.event).toMatchObject({ bizStep: 'accepting', disposition: 'in_progress' })
  })
})

describe('transform', () => {
  it('has inputs, then outputs', () => {
    const play = new Play({ transform: {} }, 'transform')
      .scan(labels.pig)
      .do('next')
      .scan(labels.item('A'), labels.item('B'))
      .do('end')
    expect(play.drafts).toMatchObject([
      {
        event: {
          type: 'TransformationEvent',
          inputEPCList: [id.item('PIG1')],
          outputEPCList: [id.item('A'), id.item('B')],
          ilmd: { 'cbvmda:lotNumber': 'L1', 'cbvmda:itemExpirationDate': '2026-12-01' },
          bizStep: 'commissioning',
        },
        held: [id.item('A'), id.item('B')],
        left: [id.item('PIG1')],
        about: [id.item('PIG1')],
      },
    ])
    expect(play.drafts[0]?.event).not.toHaveProperty('action')
  })

  it('does not close by itself, nor for another action, nor half done', () => {
    const play = new Play({ transform: {}, ship: {} }, 'transform').do('next').scan(labels.pig).wait(60_000)
    expect(play.do('do/ship', 'end', 'next', 'next', 'end').drafts).toEqual([])
    expect(play.refusals).toEqual(['SCAN_ORDER', 'SCAN_UNFINISHED', 'SCAN_ORDER', 'SCAN_ORDER', 'SCAN_ORDER'])
    expect(play.scan(labels.item('A')).do('end').drafts).toHaveLength(1)
  })

  it('refuses mixed outputs, and an input as output', () => {
    const play = new Play({ transform: {} }, 'transform')
      .scan(labels.pig)
      .do('next')
      .scan(labels.pig, labels.item('A'), labels.item('B', 'L2'))
      .do('end')
    expect(play.refusals).toEqual(['SCAN_ORDER', 'SCAN_MIXED'])
    expect(play.drafts).toEqual([])
    expect(play.do('cancel').state.work).toBeUndefined()
  })
})

describe('pack, unpack, load, unload', () => {
  it('packs into the unit that is scanned first', () => {
    const play = new Play({ pack: {} }, 'pack')
      .scan(labels.pallet, labels.item('A'), labels.pallet, labels.lot('L9'))
      .do('end')
    expect(play.drafts).toMatchObject([
      {
        event: {
          type: 'AggregationEvent',
          action: 'ADD',
          parentID: id.pallet,
          childEPCs: [id.item('A')],
          childQuantityList: [{ epcClass: id.lot('L9'), quantity: 1.75, uom: 'KGM' }],
          bizStep: 'packing',
        },
        held: [id.pallet],
        left: [id.item('A'), id.lot('L9')],
        about: [id.item('A'), id.lot('L9')],
      },
    ])
  })

  it('refuses an item as unit, and an empty unit', () => {
    const play = new Play({ pack: {} }, 'pack').scan(labels.item('A'), labels.pallet).do('end')
    expect(play.refusals).toEqual(['SCAN_NOT_A_UNIT', 'SCAN_ORDER'])
    expect(play.drafts).toEqual([])
  })

  it('knows a repeated end, for the confirmation may have been lost', () => {
    const play = new Play({ pack: {} }, 'pack').scan(labels.pallet, labels.item('A')).do('end', 'end')
    expect(play.drafts).toHaveLength(1)
    expect(play.repeats).toEqual([[id.pallet, id.item('A')]])
    expect(play.refusals).toEqual([])
  })

  it('takes everything out of each unit', () => {
    const play = new Play({ unpack: {} }, 'unpack').scan(labels.pallet, labels.pallet2, labels.item('A')).wait(2000)
    expect(play.drafts.map(({ event }) => event)).toMatchObject([
      { type: 'AggregationEvent', action: 'DELETE', parentID: id.pallet, bizStep: 'unpacking' },
      { action: 'DELETE', parentID: 'https://id.gs1.org/00/095201234567891235' },
    ])
    expect(play.drafts[0]?.event).not.toHaveProperty('childEPCs')
    expect(play.refusals).toEqual(['SCAN_NOT_A_UNIT'])
  })

  it('loads into what the station is about, and unloads from it', () => {
    const play = new Play({ load: {}, unload: {} }, 'load')
      .scan(labels.pallet)
      .wait(5000)
      .do('end', 'do/unload')
      .scan(labels.pallet)
      .do('end')
    expect(play.drafts).toMatchObject([
      {
        event: {
          action: 'ADD',
          parentID: HOLDS,
          childEPCs: [id.pallet],
          bizStep: 'loading',
          bizLocation: { id: HOLDS },
        },
        held: [id.pallet],
      },
      { event: { action: 'DELETE', parentID: HOLDS, childEPCs: [id.pallet], bizStep: 'unloading' }, left: [id.pallet] },
    ])
    expect(play.drafts[1]?.event).not.toHaveProperty('bizLocation')
  })
})

describe('what cannot be recorded', () => {
  it.each([
    ['a product without serial or lot', ']d20109501101530003', 'SCAN_IDENTITY'],
    ['a retail code', ']E09501101530003', 'SCAN_IDENTITY'],
    ['a place', ']C14149506000134017', 'SCAN_IDENTITY'],
    ['plain text', ']C0hello', 'SCAN_IDENTITY'],
    ['an http address', ']Q1http://example.com/x', 'SCAN_IDENTITY'],
    ['a weight with four digits behind the point', ']C1010950110153000310L1\x1d3104001751', 'SCAN_QUANTITY'],
    ['a lot that may have swallowed a serial number', ']d2010950110153000310L421X4', 'SCAN_MALFORMED'],
    ['a lot that may have swallowed a date', ']d2010950110153000310L417261201', 'SCAN_MALFORMED'],
    ['a lot that may have swallowed a weight', ']C1010950110153000310ABC1233103001750', 'SCAN_MALFORMED'],
    ['an unknown command', ']C0tristamp:fly', 'SCAN_COMMAND'],
    ['an action that is not here', ']C0tristamp:do/sell', 'SCAN_NOT_HERE'],
    ['end of nothing', ']C0tristamp:end', 'SCAN_ORDER'],
    ['next of nothing', ']C0tristamp:next', 'SCAN_ORDER'],
  ])('refuses %s and changes nothing', (_, frame, code) => {
    const play = new Play({ receive: {} }, 'receive').scan(frame)
    expect(play.refusals).toEqual([code])
    expect(play.state).toEqual({ action: 'receive' })
  })

  it('takes a lot that only looks so where separators are known to arrive', () => {
    const lots = [
      ']d2010950110153000310L421X4',
      ']d20109501101530003' + '10L421X4\x1d3103001750',
      ']d2010950110153000310L21',
      ']Q1https://id.gs1.org/01/09501101530003/10/L421X4',
    ]
    const plays = lots.map((frame, i) => {
      const play = new Play({ receive: {} }, 'receive')
      if (i === 0) Object.assign(play.station, { separators: 'proven' })
      return play.scan(frame).refusals
    })
    expect(plays).toEqual([[], [], [], []])
  })

  it('refuses goods before an action is chosen', () => {
    expect(new Play({ receive: {} }).scan(labels.pallet).refusals).toEqual(['SCAN_ORDER'])
  })

  it('takes a producer’s own https address, and a Digital Link, as identity', () => {
    const play = new Play({ receive: {} }, 'receive')
      .scan(']Q1https://farm.example/pig/7', ']Q1https://farm.example/01/09501101530003/10/ABC?17=261201')
      .do('end')
    expect(play.drafts[0]?.event).toMatchObject({
      epcList: ['https://farm.example/pig/7'],
      quantityList: [{ epcClass: id.lot('ABC') }],
    })
  })

  it('says of an act that part of it was typed, and of the next one only what is so', () => {
    const play = new Play({ pack: {}, ship: {} }, 'pack')
    play.scan(labels.pallet, labels.item('A')).type(labels.item('B')).do('end')
    play.scan(labels.pallet2, labels.item('C')).do('end')
    expect(play.drafts.map(({ typed }) => typed)).toEqual([true, undefined])
    // A command is no identity, however it came.
    play.type(']C0tristamp:do/ship').scan(labels.item('D')).type(']C0tristamp:end')
    expect(play.drafts.at(-1)?.typed).toBeUndefined()
    // A label that is read twice at the page is one, like any other.
    expect(play.type(labels.item('D')).repeats).toHaveLength(1)
  })

  it('never throws and never records goods that were not scanned, whatever is scanned', () => {
    const frames = fc.constantFrom(
      ...[
        'do/commission',
        'do/transform',
        'do/pack',
        'do/unpack',
        'do/load',
        'do/unload',
        'do/ship',
        'do/receive',
        'do/sell',
        'next',
        'end',
        'cancel',
        'x',
      ].map((command) => `]C0tristamp:${command}`),
      ...['A', 'B', 'C'].map((serial) => labels.item(serial)),
      labels.lot('L9'),
      labels.pallet,
      labels.pallet2,
      labels.pig,
      ']C0x',
    )
    const every = {
      commission: {},
      transform: {},
      pack: {},
      unpack: {},
      load: {},
      unload: {},
      ship: {},
      receive: {},
      sell: {},
    }
    fc.assert(
      fc.property(fc.array(fc.oneof(frames, fc.integer({ min: 1, max: 5000 })), { maxLength: 40 }), (inputs) => {
        const play = new Play(every)
        for (const input of inputs) typeof input === 'number' ? play.wait(input) : play.scan(input)
        for (const { event, about, held, left } of play.drafts) {
          expect(about.length).toBeGreaterThan(0)
          const text = JSON.stringify(event)
          for (const goods of [...about, ...held, ...left]) expect(text).toContain(goods)
        }
      }),
    )
  })
})
