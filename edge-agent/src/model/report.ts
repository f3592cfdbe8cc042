import { evidenceId, evidenceUri, type Model, type Share } from '@tristamp/protocol'
import { wilson } from './statistics.ts'
import type { Judged, Trained } from './train.ts'

// The report of a training: one file without scripts or anything from elsewhere, for a person to judge the model by.

const W = 640
const H = 360
const PAD = 48
const OWN = '#1b6e53'
const OTHER = '#b3261e'

/** Fewer groups than this say little about the tail of a distribution, which is what a limit is about. */
const ENOUGH = 50

export function reportHtml({ model, bytes, own, others, groups, simca }: Trained): string {
  const { training, treatment } = model
  const few =
    groups < ENOUGH
      ? `<p class="warn">${groups} known samples: fewer than ${ENOUGH}. The limit is uncertain; collect more before you rely on it. 已知样本只有 ${groups} 个，少于 ${ENOUGH} 个：判定限不可靠，请先采集更多样本。</p>`
      : ''
  const treated = [
    treatment.signal,
    treatment.bin > 1 ? `bins of ${treatment.bin}` : '',
    treatment.snv ? 'SNV' : '',
    treatment.derivative ? 'first derivative' : '',
  ].filter((part) => part !== '')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${text(model.name)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1c1b1a}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
.warn{background:#fff4d6;border-left:4px solid #b26a00;padding:.6rem .8rem}svg{max-width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:#444}code{overflow-wrap:anywhere}</style></head><body>
<h1>${text(model.name)}</h1>
<p>${text(training.method)}; ${treated.join(', ')}; alpha ${training.alphaMilli / 1000}.</p>
${few}<table>
<tr><th>Model 模型</th><td><code>${text(evidenceUri(evidenceId(bytes)))}</code>, ${bytes.length} bytes</td></tr>
<tr><th>For 适用</th><td>${text(model.instrument.kind)}; ${text(JSON.stringify(model.settings))}; until ${text(model.until)}</td></tr>
<tr><th>Samples 样本</th><td>${own.length} spectra of ${groups} known groups; ${others.length} of another class</td></tr>
<tr><th>Sensitivity 灵敏度</th><td>${shareText(training.sensitivity)}: of the class and found consistent (class model alone ${shareText(simca.sensitivity)})</td></tr>
${training.specificity && simca.specificity ? `<tr><th>Specificity 特异度</th><td>${shareText(training.specificity)}: of the other class and found suspicious (class model alone ${shareText(simca.specificity)})</td></tr>\n` : ''}<tr><th>Limit 判定限</th><td>${model.limitMilli / 1000} (chi-squared, ${model.nh} + ${model.nq} degrees of freedom)</td></tr>
</table>
<p>Shares are of cross-validation: each sample was judged by a model made without its group. The intervals are Wilson’s, 95 %. They hold for samples like these, measured like these, and for no others.
比例来自交叉验证：每个样本由不含其所在组的模型判定；区间为 95 % Wilson 区间，仅适用于与此类似、测量方式相同的样本。</p>
<h2>Distances 距离</h2>
${acceptancePlot(own, others, model.limitMilli / 1000)}
<h2>Scores 得分</h2>
${scorePlot(own, others)}
<h2>Treated spectra 处理后的光谱</h2>
${spectraPlot(own, others, model)}
<h2>Not as expected 与预期不符</h2>
${exceptions(own, others)}
</body></html>
`
}

/** `57 of 60 (95.0 %; 95 % interval 86.3–98.3 %)`. */
export function shareText({ right, of }: Share): string {
  const { low, high } = wilson(right, of)
  const percent = (share: number): string => (share * 100).toFixed(1)
  return `${right} of ${of} (${percent(right / of)} %; 95 % interval ${percent(low)}–${percent(high)} %)`
}

function exceptions(own: readonly Judged[], others: readonly Judged[]): string {
  const rows = [
    ...own.filter(({ accepted }) => !accepted).map(({ name }) => `${name}: of the class, found suspicious`),
    ...others.filter(({ accepted }) => accepted).map(({ name }) => `${name}: of the other class, found consistent`),
  ]
  if (rows.length === 0) return '<p>None. 无。</p>'
  const more = rows.length > 50 ? `<li>and ${rows.length - 50} more</li>` : ''
  return `<ul>${rows
    .slice(0, 50)
    .map((row) => `<li>${text(row)}</li>`)
    .join('')}${more}</ul>`
}

/** Both parts of the distance on logarithmic axes, and where they add up to the limit. */
function acceptancePlot(own: readonly Judged[], others: readonly Judged[], limit: number): string {
  const log = (milli: number): number => Math.log10(Math.max(0.05, milli / 1000))
  const all = [...own, ...others].flatMap(({ hMilli, qMilli }) => [log(hMilli), log(qMilli)])
  const top = Math.max(...all, Math.log10(limit)) + 0.2
  const low = Math.min(...all, 0)
  const at = (value: number, length: number): number => PAD + ((value - low) / (top - low)) * (length - 2 * PAD)
  const border = Array.from({ length: 400 }, (_, i) => (limit * (i + 0.5)) / 400)
    .map((h) => [at(log(h * 1000), W), H - at(log((limit - h) * 1000), H)] as const)
    .filter(([x, y]) => x >= PAD && x <= W - PAD && y >= PAD && y <= H - PAD)
    .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
  const decades = Array.from({ length: 12 }, (_, i) => i - 2).filter((e) => e >= low && e <= top)
  const ticks = decades.map((e) => tickX(at(e, W), String(10 ** e)) + tickY(H - at(e, H), String(10 ** e))).join('')
  const dots = points([own, others], ({ hMilli, qMilli }) => [at(log(hMilli), W), H - at(log(qMilli), H)])
  return plot(
    'distance within the plane (log) · 平面内距离',
    'distance from it (log) · 离平面距离',
    `<polyline points="${border.join(' ')}" fill="none" stroke="#555" stroke-dasharray="5 4"/>${dots}${ticks}`,
  )
}

function scorePlot(own: readonly Judged[], others: readonly Judged[]): string {
  const all = [...own, ...others]
  const [x, y] = [0, 1].map((axis) => span(all.map(({ scores }) => scores[axis as 0 | 1])))
  const dots = points([own, others], ({ scores }) => [
    PAD + x!(scores[0]) * (W - 2 * PAD),
    H - PAD - y!(scores[1]) * (H - 2 * PAD),
  ])
  return plot('first component · 第一主成分', 'second component · 第二主成分', dots)
}

function spectraPlot(own: readonly Judged[], others: readonly Judged[], { axis, treatment }: Model): string {
  const y = span([...own, ...others].flatMap(({ treated }) => treated))
  const line =
    (colour: string) =>
    ({ treated }: Judged): string =>
      `<polyline fill="none" stroke="${colour}" stroke-opacity=".35" points="${treated
        .map((value, i) => {
          const at = PAD + (i / (treated.length - 1)) * (W - 2 * PAD)
          return `${at.toFixed(1)},${(H - PAD - y(value) * (H - 2 * PAD)).toFixed(1)}`
        })
        .join(' ')}"/>`
  // The axis as it was measured: where points are binned or taken away at the ends, a little beside what is drawn.
  const first = axis.milli[treatment.derivative ? 2 * treatment.bin : 0]! / 1000
  const last = axis.milli.at(treatment.derivative ? -1 - 2 * treatment.bin : -1)! / 1000
  const ends = tickX(PAD, `${first} ${axis.unit}`) + tickX(W - PAD, `${last} ${axis.unit}`)
  // Enough to see their form; thousands of lines are a black field.
  return plot(
    'points of the axis · 波长点',
    'treated signal · 处理后信号',
    [...own.slice(0, 100).map(line(OWN)), ...others.slice(0, 100).map(line(OTHER)), ends].join(''),
  )
}

function points(classes: readonly (readonly Judged[])[], place: (one: Judged) => [number, number]): string {
  return classes
    .map((members, i) =>
      members
        .map((one) => {
          const [x, y] = place(one)
          const [cx, cy] = [x.toFixed(1), y.toFixed(1)]
          // Two forms, for eyes that do not tell the colours apart.
          return i === 0
            ? `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${OWN}" fill-opacity=".7"><title>${text(one.name)}</title></circle>`
            : `<path d="M${cx} ${cy}m-4 -4l8 8m0 -8l-8 8" stroke="${OTHER}" stroke-width="1.8"><title>${text(one.name)}</title></path>`
        })
        .join(''),
    )
    .join('')
}

function tickX(x: number, label: string): string {
  return `<path d="M${x.toFixed(1)} ${H - PAD}v5" stroke="#888"/><text x="${x.toFixed(1)}" y="${H - PAD + 18}" text-anchor="middle">${text(label)}</text>`
}

function tickY(y: number, label: string): string {
  return `<path d="M${PAD} ${y.toFixed(1)}h-5" stroke="#888"/><text x="${PAD - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text(label)}</text>`
}

function plot(x: string, y: string, inner: string): string {
  return `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="${text(`${y}; ${x}`)}"><rect x="${PAD}" y="${PAD}" width="${W - 2 * PAD}" height="${H - 2 * PAD}" fill="none" stroke="#bbb"/>
${inner}<text x="${W / 2}" y="${H - 14}" text-anchor="middle">${text(x)}</text><text x="16" y="${H / 2}" text-anchor="middle" transform="rotate(-90 16 ${H / 2})">${text(y)}</text>
<text x="${PAD}" y="${PAD - 14}">● the class 本类 &#160; × another 其他</text></svg>`
}

/** From the values to 0 … 1. */
function span(values: readonly number[]): (value: number) => number {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  return (value) => (high > low ? (value - low) / (high - low) : 0.5)
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
