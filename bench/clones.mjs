// How often counts of looks tell a copied code from an honest one, on made-up lives of serials. No programs needed.
import { fileURLToPath } from 'node:url'
import { isSeenElsewhere, SCAN_REGIONS, scanSigns } from '@tristamp/protocol'
import { counted, toldDays } from '../ledger-node/dist/scans/scan-book.js'
import { campaign, rate } from './_campaign.mjs'
import { Random } from './_random.mjs'

const PROVINCES = SCAN_REGIONS.filter((region) => region.startsWith('CN-'))
const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2026, 0, 1)
const FIRST_HOUR = FIRST_DAY / 3_600_000
/** Hours in which people shop and cook (UTC, for UTC+8). */
const AWAKE = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13]

/** What a server counts of one serial, a network once a day, and what it tells of it: with the server's own functions. */
class Counter {
  #looks = []
  #seen = new Set()

  get total() {
    return this.#looks.length
  }

  look(day, hour, region, network) {
    const mark = `${day} ${network}`
    if (this.#seen.has(mark)) return
    this.#seen.add(mark)
    this.#looks.push({ hour: day * 24 + hour, region })
  }

  /** What is told at the end of each day on which something was counted. */
  *days() {
    const looks = this.#looks.sort((a, b) => a.hour - b.hour)
    let count
    for (let i = 0; i < looks.length; i++) {
      const { hour, region } = looks[i]
      count = counted(count, '', FIRST_HOUR + hour, region)
      const day = Math.floor(hour / 24)
      if (looks[i + 1]?.hour < (day + 1) * 24) continue
      yield { day, counts: { times: count.times, lastDays: toldDays(count.cells) } }
    }
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

/** The same, as attention goes: some photos last hours, some weeks, and one in three is shared again later. */
function lastingPhoto(random, one) {
  const waves = random.below(3) === 0 ? 2 : 1
  let from = one.sold + random.below(5)
  for (let wave = 0; wave < waves; wave++) {
    const [many, mean] = [20 + random.below(600), 0.3 * 40 ** unit(random)]
    for (let n = 0; n < many; n++) {
      const day = from + Math.floor(exponential(random, mean))
      one.counter.look(day, random.below(24), random.pick(PROVINCES), `photo${wave}-${n}`)
    }
    from += 3 + random.below(20)
  }
}

/** A pack that nobody sells: on show in a shop or at a fair for weeks, for whoever comes by. Some come from elsewhere, and their telephones say so. */
function onShow(random, one) {
  one.isShown = true
  const [weeks, visitors] = [1 + random.below(6), 1 + random.below(30)]
  for (let day = one.shipped; day < one.shipped + 7 * weeks; day++)
    for (let n = random.below(visitors + 1); n > 0; n--)
      one.counter.look(day, random.pick(AWAKE), visitorsHome(random, one), `show${day}-${n}`)
}

const visitorsHome = (random, { home }) => (random.below(10) === 0 ? random.pick(PROVINCES) : home)

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

/** The day since which whoever looks is warned. */
function warnedOn({ counter, shipped, sold, isShown }, recorded) {
  const facts = {
    shippedMs: FIRST_DAY + shipped * DAY_MS,
    ...(recorded && !isShown && { soldMs: FIRST_DAY + sold * DAY_MS }),
  }
  for (const { day, counts } of counter.days()) if (isSeenElsewhere(scanSigns(counts, facts))) return day
  return undefined
}

const KINDS = {
  'an ordinary life': () => {},
  'a photo that went round for some days': sharedPhoto,
  'a photo whose attention lasts hours to weeks': lastingPhoto,
  'a pack on show for weeks': onShow,
  'a prankster with three networks, for 30 days': prankster,
  'a photo for some days, and the prankster': (random, one) => {
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
