// How often counts of looks tell a copied code from an honest one, on made-up lives of serials. No programs needed.
import { fileURLToPath } from 'node:url'
import { isSeenElsewhere, SCAN_REGIONS, scanSigns } from '@tristamp/protocol'
import { campaign, rate } from './_campaign.mjs'
import { Random } from './_random.mjs'

const PROVINCES = SCAN_REGIONS.filter((region) => region.startsWith('CN-'))
const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2026, 0, 1)
/** As far back as a server tells days. */
const DAYS = 35
/** Hours in which people shop and cook (UTC, for UTC+8). */
const AWAKE = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13]

/** What a server counts of one serial: a network once a day. */
class Counter {
  #cells = new Map()
  #seen = new Set()
  total = 0

  look(day, hour, region, network) {
    const mark = `${day} ${network}`
    if (this.#seen.has(mark)) return
    this.#seen.add(mark)
    this.total++
    const key = `${day} ${region}`
    const cell = this.#cells.get(key) ?? { day, region, times: 0, hours: new Set() }
    cell.times++
    cell.hours.add(hour)
    this.#cells.set(key, cell)
  }

  counts(now) {
    const told = [...this.#cells.values()].filter(({ day }) => day > now - DAYS && day <= now)
    const lastDays = told.map(({ day, region, times, hours }) => ({
      day: new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10),
      region,
      times,
      hours: [...hours],
    }))
    return { times: this.total, lastDays }
  }
}

/** 0 ≤ x < 1 */
const unit = (random) => random.next() / 2 ** 32
const exponential = (random, mean) => -mean * Math.log(1 - unit(random))

/** A pack that is made, shipped, shown, sold and eaten, and looked at on the way; `shipped` and `sold` are days. */
function life(random) {
  const shipped = 1 + random.below(3)
  const sold = shipped + 1 + random.below(14)
  return { counter: new Counter(), home: random.pick(PROVINCES), shipped, sold, networks: 0 }
}

/** One in three is looked at in the shop, most buyers look once, some show it at home for days. */
function lookedAt(random, one) {
  const look = (day) => one.counter.look(day, random.pick(AWAKE), one.home, `n${one.networks++}`)
  // Whoever made it tries the code.
  for (let n = random.below(3); n > 0; n--) look(0)
  for (let n = random.below(9) === 0 ? 1 + random.below(12) : random.below(2); n > 0; n--)
    look(one.shipped + random.below(one.sold - one.shipped + 1))
  const family = 1 + random.below(4)
  const again = random.below(5) === 0 ? 1 + random.below(20) : 1
  for (let day = 0; day < again; day++)
    for (let member = 0; member < family; member++)
      if (day === 0 || random.below(3) === 0)
        one.counter.look(one.sold + day, random.pick(AWAKE), one.home, `family${member}`)
}

/** A photo of the code goes round: hundreds look on the first days, then fewer. */
function sharedPhoto(random, one) {
  const day = one.sold + random.below(5)
  const many = 20 + random.below(600)
  for (let n = 0; n < many; n++)
    one.counter.look(day + Math.floor(exponential(random, 0.7)), random.below(24), random.pick(PROVINCES), `photo${n}`)
}

/** Somebody wants a genuine pack to look copied: home, telephone and a hired address, every day, with regions as far apart as there are. */
function prankster(random, one, networks = 3) {
  const from = random.below(one.sold + 1)
  for (let day = from; day < from + 30; day++)
    for (let n = 0; n < networks; n++) one.counter.look(day, random.below(24), random.pick(PROVINCES), `prank${n}`)
}

/** A code on so many packs, sold over weeks in some provinces; few buyers look. */
function cloned(random, one, copies, rate) {
  const weeks = 2 + random.below(7)
  const where = Array.from({ length: 3 + random.below(10) }, () => random.pick(PROVINCES))
  for (let n = 0; n < copies; n++) {
    if (unit(random) >= rate) continue
    const day = one.shipped + random.below(7 * weeks)
    one.counter.look(day, random.pick(AWAKE), random.pick(where), `copy${n}`)
  }
}

/** Whether anybody who looks on any day of the life is warned, and since when. */
function warnedOn({ counter, shipped, sold }, recorded) {
  const facts = { shippedMs: FIRST_DAY + shipped * DAY_MS, ...(recorded && { soldMs: FIRST_DAY + sold * DAY_MS }) }
  for (let day = 0; day < 100; day++) if (isSeenElsewhere(scanSigns(counter.counts(day), facts))) return day
  return undefined
}

const KINDS = {
  'an ordinary life': () => {},
  'a photo that went round': sharedPhoto,
  'a prankster with three networks, for 30 days': prankster,
  both: (random, one) => {
    sharedPhoto(random, one)
    prankster(random, one)
  },
  'a prankster with eight networks (attack on a genuine pack)': (random, one) => prankster(random, one, 8),
}
const CAMPAIGNS = [
  [100, 0.03],
  [1000, 0.03],
  [3000, 0.03],
  [10_000, 0.03],
  [1000, 0.24],
  [10_000, 0.24],
]

function run(lives, seed, more) {
  let warned = 0
  let looks = 0
  const after = []
  for (let n = 0; n < lives; n++) {
    const random = new Random(seed + n)
    const one = life(random)
    lookedAt(random, one)
    more(random, one)
    // Half of the shops record sales.
    const day = warnedOn(one, n % 2 === 0)
    looks += one.counter.total
    if (day === undefined) continue
    warned++
    after.push(day - one.shipped)
  }
  after.sort((a, b) => a - b)
  return { warned, looks: Math.round(looks / lives), after: after[after.length >> 1] }
}

function report({ lives, seed }) {
  const honest = Object.entries(KINDS).map(([name, more], i) => {
    const { warned, looks } = run(lives, seed + i * 1_000_000, more)
    return `| ${name} | ${looks} | ${warned} | ${rate(warned, lives)} |`
  })
  const copied = CAMPAIGNS.map(([copies, part], i) => {
    const made = run(lives, seed + (i + 50) * 1_000_000, (random, one) => cloned(random, one, copies, part))
    const when = made.after === undefined ? '' : `${made.after} days`
    return `| ${copies.toLocaleString('en')} copies, ${100 * part} % looked at | ${made.looks} | ${rate(made.warned, lives)} | ${when} |`
  })
  return [
    `${lives.toLocaleString('en')} lives of each, seed ${seed}; 95 % intervals.`,
    '',
    '| one genuine pack | looks counted | warned | rate |',
    '|---|---|---|---|',
    ...honest,
    '',
    '| one code on many packs | looks counted | warned | half of them within |',
    '|---|---|---|---|',
    ...copied,
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) campaign('clones', report)
