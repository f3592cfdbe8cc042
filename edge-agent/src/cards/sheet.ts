import { CHECK_ELEMENTS, CHECK_LABEL } from '../codec/scan-check.ts'
import type { AgentConfig, StationConfig, Words } from '../config-types.ts'
import type { Language } from '../error.ts'
import { type Icon, iconSvg } from './icon.ts'
import { gs1Svg, symbolSvg } from './symbol.ts'

/** One command barcode with what people call it. */
interface Card {
  command: string
  label: Words
  icon: Icon
}

const CONTROLS: Readonly<Record<'next' | 'end' | 'cancel' | 'undo', Words>> = {
  next: { zh: '产出', en: 'Now the outputs' },
  end: { zh: '完成', en: 'Done' },
  cancel: { zh: '取消', en: 'Cancel' },
  undo: { zh: '撤销上一次', en: 'Undo the last' },
}

const TEXT = {
  title: { zh: '指令卡', en: 'Command cards' },
  hint: {
    zh: '先扫步骤，再扫货物，最后扫“完成”。',
    en: 'Scan the step, then the goods, then “Done”.',
  },
  undo: { zh: '{n} 分钟内可撤销。', en: 'Within {n} min the last act can be undone.' },
  recall: { zh: '召回答复', en: 'Answering a recall' },
  recallHint: {
    zh: '“已知悉”和“这里没有”扫一下即可；其余先扫此卡，再逐件扫被召回的货物，最后扫“完成”。',
    en: '“Taken note of” and “none here” are one scan; for the others scan the card, then the recalled goods one by one, then “Done”.',
  },
  check: { zh: '检查标签', en: 'Check label' },
  checkHint: {
    zh: '显示扫描枪是否已正确设置；扫描不会被记录。',
    en: 'Shows whether a scanner is set up rightly; scanning it records nothing.',
  },
} as const

const TESTS: readonly Card[] = [
  { command: 'tristamp:do/white-reference', label: { zh: '白板参比', en: 'White standard' }, icon: 'white-reference' },
  { command: 'tristamp:do/test', label: { zh: '检测', en: 'Test' }, icon: 'test' },
]

/** Answers to a recall; at any station, for they are about the place. */
const ANSWERS: readonly Card[] = (
  [
    ['acknowledged', '已知悉', 'Recall: taken note of'],
    ['quarantined', '已隔离', 'Recall: set aside'],
    ['returned', '已退回', 'Recall: sent back'],
    ['destroyed', '已销毁', 'Recall: destroyed'],
    ['sold', '此前已售出', 'Recall: sold before'],
    ['none', '这里没有', 'Recall: none here'],
  ] as const
).map(([state, zh, en]) => ({ command: `tristamp:recall/${state}`, label: { zh: `召回：${zh}`, en }, icon: 'recall' }))

/** The cards of one station: its steps, then what ends, drops or takes back. */
export function cardsOf(station: StationConfig): Card[] {
  const steps = [...station.actions].map(
    ([name, { label, action }]): Card => ({ command: `tristamp:do/${name}`, label, icon: action }),
  )
  if (steps.length === 0) return []
  const transforms = [...station.actions.values()].some(({ action }) => action === 'transform')
  const controls = (['next', 'end', 'cancel', 'undo'] as const).filter((name) => name !== 'next' || transforms)
  return [
    ...steps,
    ...controls.map((name): Card => ({ command: `tristamp:${name}`, label: CONTROLS[name], icon: name })),
  ]
}

/**
 * A page of A4 sheets for the printer: one station after the other, each command as a QR Code with a picture and its words, large in the language
 * asked for and small in the other. All in one file: it loads nothing and runs nothing.
 */
export function cardSheet(config: AgentConfig, language: Language, only?: string): string {
  const stations = config.stations.filter(({ id, actions }) => actions.size > 0 && (only === undefined || id === only))
  const { org, id } = config.gateway
  const title = plainHtml(`${TEXT.title[language]} · ${org}/${id}`)
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
${stations.map((station) => sheet(station, `${org}/${id}`, language, isTested(config, station))).join('\n')}
${only === undefined ? `${recallSheet(`${org}/${id}`, language)}\n${checkSheet(language)}` : ''}
</html>
`
}

function isTested({ tests }: AgentConfig, { id }: StationConfig): boolean {
  return tests.some(({ station }) => station === id)
}

function sheet(station: StationConfig, gateway: string, language: Language, tested: boolean): string {
  const undo = TEXT.undo[language].replace('{n}', String(Math.round(station.undoMs / 60_000)))
  return `<section>
<header><h1>${plainHtml(station.id)}</h1><p>${plainHtml(gateway)}</p><p>${TEXT.hint[language]} ${undo}</p></header>
<ol>
${[...cardsOf(station), ...(tested ? TESTS : [])].map((card) => item(card, language)).join('\n')}
</ol>
</section>`
}

/** For the day when something is called back. */
function recallSheet(gateway: string, language: Language): string {
  const done: Card = { command: 'tristamp:end', label: CONTROLS.end, icon: 'end' }
  const cancel: Card = { command: 'tristamp:cancel', label: CONTROLS.cancel, icon: 'cancel' }
  return `<section>
<header><h1>${TEXT.recall[language]}</h1><p>${plainHtml(gateway)}</p><p>${TEXT.recallHint[language]}</p></header>
<ol>
${[...ANSWERS, done, cancel].map((card) => item(card, language)).join('\n')}
</ol>
</section>`
}

/** For whoever sets a scanner up: the last sheet. */
function checkSheet(language: Language): string {
  return `<section class="check">
<header><h1>${TEXT.check[language]}</h1><p></p><p>${TEXT.checkHint[language]}</p></header>
${gs1Svg(CHECK_ELEMENTS)}
<code>${plainHtml(CHECK_LABEL)}</code>
</section>`
}

function item({ command, label, icon }: Card, language: Language): string {
  const other = language === 'zh' ? 'en' : 'zh'
  return `<li class="${icon}">${symbolSvg(command)}<h2>${iconSvg(icon)}<span lang="${language}">${plainHtml(label[language])}</span></h2><p lang="${other}">${plainHtml(label[other])}</p><code>${plainHtml(command)}</code></li>`
}

/** Symbols of 46 mm, six cards to a sheet: a scanner reads them from half a metre, and a gloved hand does not cover the next one. Each station begins a sheet; no card is cut. */
const STYLE = `
@page { size: A4; margin: 12mm }
* { box-sizing: border-box; margin: 0; padding: 0 }
body { font: 12pt/1.3 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000; background: #fff }
section { break-after: page; max-width: 186mm; margin: 0 auto }
section:last-of-type { break-after: auto }
header { display: grid; grid-template-columns: 1fr auto; align-items: baseline; border-bottom: 1mm solid #000; padding-bottom: 2mm; margin-bottom: 5mm }
header p:last-child { grid-column: 1 / -1 }
h1 { font-size: 22pt }
ol { list-style: none; display: grid; grid-template-columns: repeat(2, 1fr); gap: 5mm }
li { break-inside: avoid; border: .5mm solid #000; border-radius: 3mm; padding: 4mm; text-align: center }
.symbol { width: 46mm; height: 46mm; display: block; margin: 0 auto 2mm }
.bars { width: 176mm; height: 24mm; display: block; margin: 8mm auto 2mm }
.check { text-align: center }
h2 { font-size: 20pt; display: flex; gap: 3mm; align-items: center; justify-content: center }
.icon { width: 11mm; height: 11mm; flex: none }
code { font-size: 8pt; color: #555 }
.cancel, .undo { border-style: dashed }
@media screen { section { padding: 8mm } }
`

function plainHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
