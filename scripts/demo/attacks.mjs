// Dishonest plays: a story in which somebody cheats. Each says what is done to the scenario, and nothing to the programs: they record what they are told.

/** As a scenario names one of its variables. */
const variable = (name) => `$\{${name}}`

const steps = (scenario, word) => scenario.steps.findIndex(({ say }) => say?.en.includes(word))

/** What the pack of the story has of records when it has been served. */
const PACK_EVENTS = 5

/** The pork's story, begun so early that what comes after its end is not in the future: a ledger would see through that. */
const LONG_AGO = '-95h at 14:00'

/**
 * A step more of the pork's story, after its end: somebody shows the pack's code to a scanner, and has the pack in the cold. Read in the warm, the ledger would
 * hold the lot, and the page say that first.
 */
function scanned({ at, over = '1s', zh, en, by, act }) {
  return {
    say: { zh, en },
    at,
    over,
    temperature: { thermo: `${by}.thermo`, to: 2.6, within: '1m' },
    scan: {
      scanner: `${by}.scanner`,
      codes: [`tristamp:do/${act}`, variable('label1'), 'tristamp:end'],
      gap: '200ms',
    },
    expect: { gateway: by, subject: variable('packUri'), events: PACK_EVENTS + 1 },
  }
}

/** What is left out is not waited for, and no later count of that subject holds. */
function leaveOut(scenario, word) {
  const at = steps(scenario, word)
  const [{ expect }] = scenario.steps.splice(at, 1)
  for (const step of scenario.steps.slice(at))
    if (step.expect && step.expect.subject === expect.subject) step.expect.events -= 1
}

/** By the name for `--attack`: the story, what is done, the codes that are to find it, and how the scenario differs. */
export const ATTACKS = {
  'copied-code': {
    story: 'pork',
    about: 'a pack’s code is copied, and read in Enshi while the pack is on a table in Hangzhou',
    finds: ['TWO_PLACES'],
    alter(scenario) {
      scenario.steps.push(
        scanned({
          at: '69h50m',
          over: '3s',
          zh: '恩施：同一个码出现在另一包上',
          en: 'Enshi: the same code, on another pack',
          by: 'farm',
          act: 'ship',
        }),
      )
    },
  },
  'born-twice': {
    story: 'pork',
    about: 'a farm enters a number as new that the cutting plant gave to a pack',
    finds: ['BORN_TWICE'],
    alter(scenario) {
      scenario.start = LONG_AGO
      scenario.steps.push(
        scanned({
          at: '90h',
          over: '7s',
          zh: '养殖场：把别人的号登记为新品',
          en: "Farm: another's number is entered as new",
          by: 'farm',
          act: 'commission',
        }),
      )
    },
  },
  'used-after-sale': {
    story: 'pork',
    about: 'a tray that was served is shipped again by the cutting plant',
    finds: ['AFTER_ITS_END'],
    alter(scenario) {
      scenario.start = LONG_AGO
      scenario.steps.push(
        scanned({
          at: '80h',
          over: '4s',
          zh: '分割厂：已经上桌的一盒又发货',
          en: 'Plant: the tray that was served is shipped again',
          by: 'plant',
          act: 'ship',
        }),
      )
    },
  },
  'one-sided': {
    story: 'pork',
    about: 'the restaurant sells what it never received',
    finds: ['HANDOVER_ONE_SIDED'],
    alter: (scenario) => leaveOut(scenario, 'Restaurant: received'),
  },
  'flat-sensor': {
    story: 'pork',
    about: 'the truck’s thermometer shows one value all the way',
    finds: ['SENSOR_FLAT'],
    alter(scenario) {
      scenario.steps = scenario.steps.filter(({ fault, say }) => !fault || say)
      const load = steps(scenario, 'loaded into the cold box')
      scenario.steps[load].fault = { instrument: 'truck.thermo', kind: 'stuck' }
      const gap = steps(scenario, 'silent for 40 minutes')
      scenario.steps.splice(gap, 1)
      // Slower on the road: a thermometer that is read more often shows better that it does not move.
      scenario.steps[steps(scenario, 'on the road')].over = '16s'
    },
  },
  'outside-region': {
    story: 'rice',
    about: 'rice with the name of a region is harvested 100 km outside of it',
    finds: ['OUTSIDE_REGION'],
    alter: (scenario) => Object.assign(scenario.vars, { fieldLat: '45.3810', fieldLon: '130.2800' }),
  },
  oversold: {
    story: 'rice',
    about: 'half as much again of the lot is sold as was ever milled',
    finds: ['MASS_BALANCE'],
    alter: (scenario) => Object.assign(scenario.vars, { inTheShop: '004150' }),
  },
  'short-load': {
    story: 'rice',
    about: 'the shop signs for 2,100 kg of the 2,500 kg that the mill sent, and sells the rest by the side door',
    finds: ['HANDOVER_QUANTITY'],
    alter(scenario) {
      const { scan } = scenario.steps[steps(scenario, 'Shop: the rice is received')]
      const label = `(01)${variable('riceGtin')}(3100)002100(10)${variable('rice')}`
      scan.codes = ['tristamp:do/receive', label, 'tristamp:end']
      scenario.vars.inTheShop = '002050'
    },
  },
  'foreign-rice': {
    story: 'rice',
    about: 'more rice comes out of the mill than paddy went in',
    finds: ['MASS_BALANCE'],
    alter: (scenario) => Object.assign(scenario.vars, { milled: '005600', shipped: '004800', inTheShop: '004750' }),
  },
}
