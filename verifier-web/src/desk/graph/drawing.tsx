import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PartWords } from '../words/part.ts'
import { fitting, type Label, widthOf } from './labels.ts'
import { type Layout, layOut, type PlacedArrow } from './layout.ts'
import type { Picture, PictureNode } from './picture.ts'
import type { GraphKey } from './words/index.ts'

/** Room around the marks, and of a mark with its gap to the words. */
const EDGE = 24
const MARK = 20

export interface DrawingProps {
  picture: Picture
  labels: ReadonlyMap<string, Label>
  line: ReadonlySet<string>
  marks: ReadonlyMap<string, string>
  words: PartWords<GraphKey>
  press: (node: PictureNode) => void
}

/** Pixels of a label's line at most: what is longer is cut, and whole in the table and in the node's own words. The first for which a column has room. */
const LINES = [220, 168, 116] as const
const COLUMN_PX = 430

/** How wide a node stands with both of its lines. */
function boxWidth({ name, beside }: Label, line: number): number {
  return MARK + Math.max(widthOf(fitting(name, line)), widthOf(fitting(beside, line)) * 0.92)
}

export interface LaidOut extends Layout {
  /** Pixels of a line. */
  line: number
}

export function layOutPicture(picture: Picture, labels: ReadonlyMap<string, Label>): LaidOut {
  const laidOut = (line: number): LaidOut => {
    const boxes = picture.nodes.map(({ id }) => ({ id, width: boxWidth(labels.get(id)!, line) }))
    return { ...layOut(boxes, picture.edges), line }
  }
  const [wide, middle, narrow] = LINES
  for (const line of [wide, middle]) {
    const layout = laidOut(line)
    if (layout.width <= COLUMN_PX) return layout
  }
  return laidOut(narrow)
}

/** The picture. One stop of the Tab key; inside it the arrow keys go along the lines. */
export function Drawing({
  picture,
  labels,
  line,
  marks,
  words,
  press,
  layout,
}: DrawingProps & { layout: LaidOut }): VNode {
  const { t } = words
  const [current, setCurrent] = useState(picture.subject)
  const root = useRef<SVGSVGElement>(null)
  useEffect(() => {
    // What is wider than its column begins at what was asked for.
    const [frame, here] = [root.current?.parentElement, layout.boxes.find(({ id }) => id === picture.subject)]
    if (frame != null && here !== undefined) frame.scrollLeft = here.x + EDGE - frame.clientWidth / 2
  }, [picture])
  const nodes = new Map(picture.nodes.map((node) => [node.id, node]))
  const active = nodes.has(current) ? current : picture.nodes[0]!.id
  const say = (node: PictureNode): string => sentence(node, picture, labels, marks, words)

  const onKey = (event: KeyboardEvent, id: string): void => {
    const node = nodes.get(id)!
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      press(node)
      return
    }
    const to = neighbour(event.key, id, picture, layout, line)
    if (to === undefined) return
    event.preventDefault()
    setCurrent(to)
    for (const one of root.current?.querySelectorAll<SVGGElement>('[data-id]') ?? [])
      if (one.dataset['id'] === to) one.focus()
  }
  return (
    <div class="gr-scroll">
      {/* biome-ignore lint/a11y/useSemanticElements: an SVG has no fieldset */}
      <svg
        ref={root}
        class="gr"
        role="group"
        aria-label={t('picture', { n: picture.nodes.length })}
        width={layout.width + 2 * EDGE}
        height={layout.height + 2 * EDGE + 16}
        viewBox={`${-EDGE} ${-EDGE} ${layout.width + 2 * EDGE} ${layout.height + 2 * EDGE + 16}`}
      >
        <g>
          {[...layout.arrows]
            .sort((a, b) => Number(isOn(a, line)) - Number(isOn(b, line)))
            .map((arrow) => (
              <path
                key={`${arrow.from} ${arrow.to}`}
                class={`e${isOn(arrow, line) ? ' on' : ''}${arrow.isBack ? ' back' : ''}`}
                d={pathOf(arrow)}
              />
            ))}
        </g>
        {layout.boxes.map(({ id, x, y, width }) => {
          const node = nodes.get(id)!
          const label = labels.get(id)!
          const isMarked = node.missing !== undefined || marks.has(id)
          return (
            // biome-ignore lint/a11y/useSemanticElements: an SVG has no button
            <g
              key={id}
              data-id={id}
              class={id === picture.subject ? 'n subject' : 'n'}
              role="button"
              tabindex={id === active ? 0 : -1}
              aria-label={say(node)}
              transform={`translate(${x} ${y})`}
              onClick={() => press(node)}
              onFocus={() => setCurrent(id)}
              onKeyDown={(event) => onKey(event, id)}
            >
              <rect class="hit" x={-14} y={-24} width={Math.max(44, width + 10)} height={48} />
              <NodeMark node={node} isSubject={id === picture.subject} isMarked={isMarked} />
              <text x={MARK - 4} y={label.beside === '' ? 4 : -3}>
                {fitting(label.name, layout.line)}
                {node.missing !== undefined ? ' ≠' : isMarked && ' !'}
              </text>
              {label.beside !== '' && (
                <text class="s" x={MARK - 4} y={13}>
                  {fitting(label.beside, layout.line)}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

function NodeMark({ node, isSubject, isMarked }: { node: PictureNode; isSubject: boolean; isMarked: boolean }): VNode {
  if (isMarked) return <path class={isSubject ? 'm u f' : 'm u'} d="M0-10 10 0 0 10-10 0Z" />
  if (node.members !== undefined)
    return (
      <>
        <circle class="m" cx={3} cy={-3} r={7} />
        <circle class="m" r={7} />
      </>
    )
  if (node.kind === 'transformation') return <path class="m" d="M-5-5H5V5H-5Z" />
  return <circle class={isSubject ? 'm f' : 'm'} r={isSubject ? 9 : 7} />
}

const isOn = ({ from, to }: PlacedArrow, line: ReadonlySet<string>): boolean => line.has(`${from} ${to}`)

function pathOf({ points }: PlacedArrow): string {
  return points
    .map(([x, y], i) => {
      const before = points[i - 1]
      if (before === undefined) return `M${x} ${y}`
      const middle = (before[1] + y) / 2
      return before[0] === x ? `V${y}` : `C${before[0]} ${middle} ${x} ${middle} ${x} ${y}`
    })
    .join('')
}

/** Where a key leads from a node: along a line, the thick one first, or along the row. */
export function neighbour(
  key: string,
  id: string,
  { subject, edges }: Picture,
  { boxes }: Layout,
  line: ReadonlySet<string>,
): string | undefined {
  const place = new Map(boxes.map((box) => [box.id, box]))
  const here = place.get(id)!
  if (key === 'Home') return subject
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    const ends = edges.flatMap((edge) => {
      const [near, far] = key === 'ArrowDown' ? [edge.from, edge.to] : [edge.to, edge.from]
      return near === id
        ? [{ far, thick: line.has(`${edge.from} ${edge.to}`), off: Math.abs(place.get(far)!.x - here.x) }]
        : []
    })
    return ends.sort((a, b) => Number(b.thick) - Number(a.thick) || a.off - b.off)[0]?.far
  }
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined
  const row = boxes.filter(({ row: r }) => r === here.row).sort((a, b) => a.x - b.x)
  return row[row.findIndex((box) => box.id === id) + (key === 'ArrowRight' ? 1 : -1)]?.id
}

/** A node in words: all that the picture shows of it. */
function sentence(
  node: PictureNode,
  { subject, edges }: Picture,
  labels: ReadonlyMap<string, Label>,
  marks: ReadonlyMap<string, string>,
  { t, has, amount, list }: PartWords<GraphKey>,
): string {
  const { name, beside } = labels.get(node.id)!
  const kind = `kind.${node.kind}`
  const names = (ids: string[]): string => {
    const some = ids.slice(0, 5).map((id) => labels.get(id)!.name)
    return list(some) + (ids.length > some.length ? '…' : '')
  }
  const from = edges.filter(({ to }) => to === node.id).map((edge) => edge.from)
  const to = edges.filter((edge) => edge.from === node.id).map((edge) => edge.to)
  const found = marks.get(node.id)
  const parts = [
    node.kind === 'transformation' || node.members !== undefined
      ? name
      : t('node', { kind: t(has(kind) ? kind : 'kind.other'), name }),
    node.id === subject && t('node.subject'),
    beside,
    node.missing !== undefined && t('node.missing', { amount: amount(node.missing) }),
    found !== undefined && t('node.finding', { what: found }),
    from.length > 0 && t('node.from', { names: names(from) }),
    to.length > 0 && t('node.to', { names: names(to) }),
    node.members !== undefined ? t('node.expand') : isOpenable(node) && node.id !== subject && t('node.open'),
  ]
  return list(parts.filter((part): part is string => part !== false && part !== ''))
}

/** What has a page of its own on the desk. */
export function isOpenable({ kind }: PictureNode): boolean {
  return kind !== 'transformation'
}
