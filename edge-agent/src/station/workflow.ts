import type { Action, ActionOptions, StationStep, Words } from '../config-types.ts'

// What a station of each kind does, as data: which kind of act each step is, and what it means in EPCIS. The business steps are those of the Core
// Business Vocabulary, whose `commissioning` includes slaughter and harvest, and whose `killing` is about tags; what it has no word for is a URI of ours.

export const WORKFLOWS = [
  'farm',
  'slaughter',
  'packing',
  'cold-store',
  'truck',
  'wholesale',
  'shop',
  'restaurant',
  'pharmacy',
] as const
export type Workflow = (typeof WORKFLOWS)[number]

const OWN = 'urn:tristamp:bizstep:'

const step = (action: Action, zh: string, en: string, bizStep?: string, disposition?: string): StationStep => ({
  action,
  label: { zh, en },
  ...(bizStep !== undefined && { bizStep }),
  ...(disposition !== undefined && { disposition }),
})

const receive = step('receive', '收货', 'Receive')
const ship = step('ship', '发货', 'Ship')
const pack = step('pack', '装箱', 'Pack')
const unpack = step('unpack', '拆箱', 'Unpack')
const inspect = step('handle', '检验合格', 'Inspected: good', 'inspecting', 'conformant')
const reject = step('handle', '检验不合格', 'Inspected: bad', 'inspecting', 'non_conformant')
const store = step('handle', '入库', 'Store', 'storing', 'sellable_not_accessible')
const pick = step('handle', '拣货', 'Pick', 'picking', 'in_progress')
const discard = step('sell', '销毁', 'Discard', 'destroying', 'destroyed')

/** Steps by workflow and name; a name is what the command barcode `tristamp:do/<name>` says. */
export const workflows: Readonly<Record<Workflow, Readonly<Record<string, StationStep>>>> = {
  farm: {
    birth: step('commission', '出生', 'Birth', 'commissioning', 'active'),
    planting: step('commission', '播种', 'Planting'),
    feed: step('handle', '饲喂', 'Feed', `${OWN}feeding`, 'in_progress'),
    treatment: step('handle', '用药', 'Treatment', `${OWN}treating`, 'in_progress'),
    harvest: step('commission', '采收', 'Harvest'),
    gather: step('transform', '由地块采收', 'Harvest from plots'),
    pack,
    ship,
  },
  slaughter: {
    receive,
    slaughter: step('transform', '屠宰', 'Slaughter', 'commissioning', 'in_progress'),
    cut: step('transform', '分割', 'Cut'),
    inspect,
    reject,
    pack,
    ship,
  },
  packing: {
    receive,
    label: step('commission', '贴标', 'Label'),
    pack: step('pack', '装箱', 'Pack', 'packing', 'container_closed'),
    unpack,
    inspect,
    reject,
    ship,
  },
  'cold-store': {
    receive,
    store: step('handle', '入库', 'Store', 'storing', 'in_progress'),
    pick,
    inspect,
    reject,
    ship,
  },
  truck: {
    load: step('load', '装车', 'Load'),
    'en-route': step('handle', '在途', 'En route', 'transporting', 'in_transit'),
    unload: step('unload', '卸车', 'Unload'),
  },
  wholesale: { receive, unpack, store, pick, pack, ship },
  shop: {
    receive,
    unpack,
    stock: step('handle', '上架', 'On the shelf', 'stocking', 'sellable_accessible'),
    sell: step('sell', '售出', 'Sell'),
    return: step('handle', '退货', 'Return', 'receiving', 'returned'),
    discard,
  },
  restaurant: {
    receive,
    cook: step('transform', '烹制', 'Cook'),
    serve: step('sell', '上菜', 'Serve', `${OWN}serving`, 'retail_sold'),
    discard,
  },
  pharmacy: {
    receive,
    store,
    dispense: step('sell', '发药', 'Dispense', 'dispensing', 'dispensed'),
    'dispense-part': step('handle', '拆零发药', 'Dispense a part', 'dispensing', 'partially_dispensed'),
    discard,
  },
}

/** What an action is called where no workflow names it. */
const ACTION_LABELS: Readonly<Record<Action, Words>> = {
  commission: { zh: '登记', en: 'Commission' },
  transform: { zh: '加工', en: 'Transform' },
  pack: { zh: '装箱', en: 'Pack' },
  unpack: { zh: '拆箱', en: 'Unpack' },
  load: { zh: '装车', en: 'Load' },
  unload: { zh: '卸车', en: 'Unload' },
  ship: { zh: '发货', en: 'Ship' },
  receive: { zh: '收货', en: 'Receive' },
  sell: { zh: '售出', en: 'Sell' },
  handle: { zh: '作业', en: 'Handle' },
}

/** What a station's entries say of its steps. */
export interface StepChoice {
  workflow?: Workflow | undefined
  /** Of the workflow only these; all without it. */
  steps?: readonly string[] | undefined
  /** Steps of its own, and what it does differently. */
  actions: Readonly<Record<string, (ActionOptions & { action?: Action | undefined }) | null | undefined>>
}

/** The steps that a station has: those of its workflow, then its own. A step that no action is known for is left out: the configuration is refused for it. */
export function stepsOf({ workflow, steps, actions }: StepChoice): Map<string, StationStep> {
  const found = new Map<string, StationStep>()
  for (const [name, preset] of Object.entries(workflow === undefined ? {} : workflows[workflow])) {
    if (steps === undefined || steps.includes(name)) found.set(name, preset)
  }
  for (const [name, own] of Object.entries(actions)) {
    const preset = found.get(name)
    const action = own?.action ?? preset?.action ?? actionNamed(name)
    if (action !== undefined)
      found.set(name, { label: labelOf(name, action), ...preset, ...defined(own ?? {}), action })
  }
  return found
}

function labelOf(name: string, action: Action): Words {
  return name === action ? ACTION_LABELS[action] : { zh: name, en: name }
}

function actionNamed(name: string): Action | undefined {
  return name in ACTION_LABELS ? (name as Action) : undefined
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
