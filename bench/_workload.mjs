// What gateways of a cold chain send: signed batches of events as the edge agent writes them, the same in every run with one seed.
import * as crypto from 'node:crypto'
import {
  batchRoot,
  buildStatement,
  canonicalJson,
  checkDigit,
  encodeBatch,
  keyThumbprint,
  publicKeyOf,
  sha256,
  signOnNode,
  statementLeaf,
  toBase64Url,
  utf8,
  ZERO_HASH,
} from '@tristamp/protocol'
import { Random } from './_random.mjs'

const ORG = 'bench'
const GTIN = '09506000134352'
const PRODUCTS = 24
const ITEMS_PER_LOT = 100
const FIRST_DAY = Date.UTC(2026, 10, 1)

export const PARTY = 'https://id.gs1.org/417/9506000134307'

/** A gateway with its key and chain. Everything about it follows from its number. */
export class Gateway {
  #sign
  #random
  #publicKey
  #kid
  seq = 0
  prev = ZERO_HASH

  constructor(number) {
    const seed = sha256(utf8(`tristamp bench gateway ${number}`))
    this.name = `g${number}`
    this.org = ORG
    this.uri = `https://id.gs1.org/8004/9506000134GATE${number}`
    this.station = `https://id.gs1.org/414/${place(number)}`
    this.password = toBase64Url(sha256(utf8(`tristamp bench password ${number}`)))
    this.#publicKey = publicKeyOf(seed)
    this.#kid = keyThumbprint(this.#publicKey)
    this.#sign = signOnNode(crypto, seed)
    this.#random = new Random(number + 1)
  }

  get kid() {
    return this.#kid
  }

  get operation() {
    return {
      op: 'enrol-gateway',
      org: ORG,
      gateway: this.name,
      uri: this.uri,
      key: toBase64Url(this.#publicKey),
      station: this.station,
      roles: ['commission', 'transform', 'pack', 'ship', 'receive', 'observe', 'sell'],
      login: toBase64Url(sha256(utf8(this.password))),
    }
  }

  /** The next batch of its chain. */
  batch(values) {
    const events = values.map((value) => ({ salt: this.#random.bytes(16), event: utf8(canonicalJson(value)) }))
    const header = {
      alg: -8,
      kind: 'batch',
      kid: this.#kid,
      iss: this.uri,
      sub: this.station,
      iat: Math.floor(FIRST_DAY / 1000) + this.seq,
      seq: this.seq,
      prev: this.prev,
      count: events.length,
    }
    const statement = buildStatement(header, batchRoot(events), this.#sign)
    this.seq++
    this.prev = statementLeaf(statement)
    return encodeBatch(statement, events)
  }
}

export const enrolOrganisation = {
  op: 'enrol-organisation',
  org: ORG,
  party: PARTY,
  name: { zh: '测试', en: 'Bench' },
}

/** What the administrators tell about the gateways' places and the products. */
export function names(gateways) {
  const text = { zh: '测试', en: 'Bench' }
  const places = new Set(gateways.map((g) => g.station))
  return [
    ...[...places].map((place) => ({
      op: 'register-place',
      org: ORG,
      place,
      name: text,
      address: text,
      zone: 'Asia/Shanghai',
    })),
    ...Array.from({ length: PRODUCTS }, (_, i) => ({
      op: 'register-product',
      org: ORG,
      product: `https://id.gs1.org/01/${gtin(i)}`,
      name: text,
      spec: text,
      limits: { minMilliC: 0, maxMilliC: 4000 },
    })),
  ]
}

/** The steps of a cold chain in about the shares that a consortium sees. They name goods of a population that grows. */
export class ColdChain {
  #random
  #items = 0
  #units = 0
  #clock = FIRST_DAY

  constructor(seed, items = 0) {
    this.#random = new Random(seed)
    this.#items = items
  }

  /** Items that exist so far: `item(0)` … `item(items - 1)`. */
  get items() {
    return this.#items
  }

  /** One event that commissions a whole lot: the fast way to many subjects. */
  lot(gateway) {
    const first = this.#items
    this.#items += ITEMS_PER_LOT
    const epcList = Array.from({ length: ITEMS_PER_LOT }, (_, i) => item(first + i))
    return { ...this.#stamps(gateway, 1), ...commissioning(first), epcList }
  }

  /** The next step somebody takes somewhere. */
  step(gateway) {
    const stamps = this.#stamps(gateway, this.#random.below(12))
    const share = this.#random.below(100)
    if (share < 20 || this.#items < 8)
      return { ...stamps, ...commissioning(this.#items), epcList: [item(this.#items++)] }
    if (share < 35) return { ...stamps, ...shipping, epcList: [this.#anyItem()] }
    if (share < 50) return { ...stamps, ...receiving, epcList: [this.#anyItem()] }
    if (share < 75) return { ...stamps, ...observing, epcList: [this.#anyItem()] }
    if (share < 85) return { ...stamps, ...observing, epcList: [] }
    if (share < 95) return { ...stamps, ...packing, parentID: unit(this.#units++), childEPCs: this.#someItems(4) }
    return {
      ...stamps,
      ...cutting,
      inputEPCList: [this.#anyItem()],
      outputEPCList: [item(this.#items++), item(this.#items++)],
    }
  }

  /** The 25 events of one product's life, each with the number of the gateway that signs it, and the product's subject. */
  life(gateways) {
    const [animal, pack] = [item(this.#items++), item(this.#items++)]
    const events = []
    const at = (stop, fields) => {
      const number = (stop * 3) % gateways.length
      events.push({ number, value: { ...this.#stamps(gateways[number], 6), ...fields } })
    }
    const several = (count, stop, fields) => {
      for (let i = 0; i < count; i++) at(stop, fields)
    }
    const box = unit(this.#units++)
    const lot = (name) => ({ ilmd: { 'cbvmda:lotNumber': `${name}${this.#items}` } })
    at(0, { ...commissioning(this.#items), ...lot('A'), epcList: [animal] })
    several(4, 0, { ...observing, epcList: [animal] })
    at(0, { ...shipping, epcList: [animal] })
    at(1, { ...receiving, epcList: [animal] })
    at(1, { ...cutting, ...lot('P'), inputEPCList: [animal], outputEPCList: [pack] })
    several(4, 1, { ...observing, epcList: [pack] })
    at(1, { ...packing, parentID: box, childEPCs: [pack] })
    at(1, { ...shipping, epcList: [box] })
    several(4, 2, { ...observing, epcList: [box] })
    at(3, { ...receiving, epcList: [box] })
    at(3, { ...packing, action: 'DELETE', parentID: box, childEPCs: [pack] })
    several(2, 3, { ...observing, epcList: [pack] })
    at(3, { ...shipping, epcList: [pack] })
    at(4, { ...receiving, epcList: [pack] })
    at(4, { ...observing, epcList: [pack] })
    at(4, { ...selling, epcList: [pack] })
    return { subject: pack, events }
  }

  #anyItem() {
    return item(this.#random.below(this.#items))
  }

  #someItems(count) {
    const first = this.#random.below(this.#items - count)
    return Array.from({ length: count }, (_, i) => item(first + i))
  }

  /** Place, time and quality as an agent with a receiver and a thermometer writes them. */
  #stamps(gateway, points) {
    const random = this.#random
    this.#clock += random.below(40)
    const ms = this.#clock
    const low = 1000 + random.below(2000)
    const high = low + random.below(900)
    const humidity = 800 + random.below(150)
    const series = Array.from({ length: points }, () => low + random.below(high - low + 1))
    return {
      eventID: `urn:uuid:${random.uuid()}`,
      eventTime: new Date(ms).toISOString(),
      eventTimeZoneOffset: '+08:00',
      readPoint: { id: gateway.station },
      bizLocation: { id: gateway.station },
      sensorElementList: [
        {
          sensorMetadata: {
            deviceID: `${gateway.uri}T`,
            startTime: new Date(ms - 1_800_000).toISOString(),
            endTime: new Date(ms).toISOString(),
          },
          sensorReport: [
            {
              type: 'Temperature',
              value: high / 1000,
              minValue: low / 1000,
              maxValue: high / 1000,
              meanValue: Math.round((low + high) / 2) / 1000,
              uom: 'CEL',
            },
            {
              type: 'RelativeHumidity',
              value: humidity / 10,
              minValue: humidity / 10,
              maxValue: (humidity + 5) / 10,
              meanValue: (humidity + 2) / 10,
              uom: 'P1',
            },
          ],
          ...(points > 0 && { 'tristamp:series': { everyMs: 60_000, milli: series } }),
        },
      ],
      'tristamp:geo': {
        source: 'gnss',
        latE7: 302_400_000 + random.below(9000),
        lonE7: 1_094_800_000 + random.below(9000),
        accuracyM: 5,
        satellites: 6 + random.below(8),
      },
      'tristamp:clock': {
        source: 'gnss',
        uncertaintyMs: 200,
        bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
        monotonicMs: ms - FIRST_DAY,
      },
      'tristamp:origin': 'device',
    }
  }
}

const shipping = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', disposition: 'in_transit' }
const receiving = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'receiving', disposition: 'in_progress' }
const observing = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'inspecting', disposition: 'in_progress' }
const selling = { type: 'ObjectEvent', action: 'DELETE', bizStep: 'retail_selling', disposition: 'retail_sold' }
const packing = { type: 'AggregationEvent', action: 'ADD', bizStep: 'packing', disposition: 'in_progress' }
const cutting = {
  type: 'TransformationEvent',
  bizStep: 'commissioning',
  disposition: 'in_progress',
  ilmd: { 'cbvmda:lotNumber': 'C261101' },
}

function commissioning(number) {
  const lot = `L${Math.floor(number / ITEMS_PER_LOT)}`
  const ilmd = { 'cbvmda:lotNumber': lot, 'cbvmda:itemExpirationDate': '2026-12-01' }
  return { type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', disposition: 'active', ilmd }
}

/** An item of one of some products, by its serial. */
export function item(number) {
  return `https://id.gs1.org/01/${gtin(number % PRODUCTS)}/21/S${number.toString(36).toUpperCase()}`
}

function gtin(product) {
  const body = `${GTIN.slice(0, 10)}${String(100 + product)}`
  return body + checkDigit(body)
}

function unit(number) {
  const body = `09506000134${String(number % 1_000_000).padStart(6, '0')}`
  return `https://id.gs1.org/00/${body}${checkDigit(body)}`
}

function place(number) {
  const body = `95060001343${String(number % 10)}`
  return body + checkDigit(body)
}
