import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { box, declared, event, history, LOTS, lot, packed, told, transformed } from './_history.ts'
import { ask, graphOf, names, sorted, type Told, type TraceAnswer, take, trace } from './_trace.ts'
import { staysOf } from './containment.ts'
import { TraceEngine } from './engine.ts'
import type { Exposed } from './exposure.ts'
import { TraceGraph } from './graph.ts'

// Hundreds of histories each, on machines that do other things too.
vi.setConfig({ testTimeout: 180_000 })

/** The plain model: sets, and nothing clever. */
function reached(standing: readonly Told[], from: string, direction: 'back' | 'forward'): string[] {
  const groups = new Map<string, { inputs: Set<string>; outputs: Set<string> }>()
  standing.forEach(({ event, org }, i) => {
    if (event.type !== 'TransformationEvent') return
    const key = event.transformationID === undefined ? String(i) : `${org} ${event.transformationID}`
    const group = groups.get(key) ?? { inputs: new Set(), outputs: new Set() }
    for (const one of event.inputEPCList ?? []) group.inputs.add(one)
    for (const one of event.outputEPCList ?? []) group.outputs.add(one)
    groups.set(key, group)
  })
  const found = new Set([from])
  for (const one of found)
    for (const { inputs, outputs } of groups.values())
      if ((direction === 'back' ? outputs : inputs).has(one))
        for (const next of direction === 'back' ? inputs : outputs) found.add(next)
  found.delete(from)
  return sorted([...found])
}

/** Minutes in which a lot is in a box, by the events in the order of time. */
function minutesIn(standing: readonly Told[], child: string, parent: string): string[] {
  const acts = standing
    .map(({ event }, order) => ({ event, order }))
    .filter(({ event }) => event.type === 'AggregationEvent' && event.parentID === parent)
    .sort((a, b) => a.event.eventTime.localeCompare(b.event.eventTime) || a.order - b.order)
  const stays: string[] = []
  let since: string | undefined
  for (const { event } of acts) {
    if (event.type !== 'AggregationEvent') continue
    const all = event.action === 'DELETE' && (event.childEPCs ?? []).length === 0
    if (!all && !event.childEPCs?.includes(child)) continue
    if (event.action === 'ADD') since ??= event.eventTime
    else if (!all || since !== undefined) {
      stays.push(`${since ?? ''} ${event.eventTime}`)
      since = undefined
    }
  }
  if (since !== undefined) stays.push(`${since} `)
  return stays
}

describe('random histories, against a plain model', () => {
  test('what something was made of, and what was made of it', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(LOTS - 1), async (acts, n) => {
        const { all, standing } = told(acts)
        const graph = graphOf(all)
        if (graph.names.find(lot(n)) === undefined) return
        for (const direction of ['back', 'forward'] as const) {
          const answer = await ask(graph, trace(lot(n), direction))
          // Lots that lie in a box with it are not followed.
          expect(names(answer, 'lot')).toEqual(reached(standing, lot(n), direction))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('when something was in a box', () => {
    fc.assert(
      fc.property(history, (acts) => {
        const { all, standing } = told(acts)
        const graph = graphOf(all)
        const iso = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : '')
        for (let n = 0; n < LOTS; n++) {
          const node = graph.names.find(lot(n))
          if (node === undefined) continue
          const stays = staysOf({ graph, upTo: graph.events }, node)
          for (let b = 0; b < 3; b++) {
            const own = stays.filter(({ parent }) => graph.names.text(parent) === box(b))
            expect(own.map(({ from, to }) => `${iso(from)} ${iso(to)}`)).toEqual(minutesIn(standing, lot(n), box(b)))
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('made again it is the same graph, and asked as of earlier it answers as it did then', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(25), fc.nat(LOTS - 1), async (acts, cut, n) => {
        const { all } = told(acts)
        const size = Math.min(cut, all.length)
        const early = graphOf(all.slice(0, size))
        const question = trace(lot(n), 'back', 'forward')
        const before = early.names.find(lot(n)) === undefined ? undefined : await ask(early, question, size)
        take(early, all.slice(size), size)
        expect(early.digest()).toBe(graphOf(all).digest())
        const again = new TraceEngine(early, new Map()).ask(question, size)
        if (before === undefined) await expect(again).rejects.toMatchObject({ code: 'NOT_FOUND' })
        else expect(normal((await again) as TraceAnswer)).toEqual(normal(before))
      }),
      { numRuns: 150 },
    )
  })
})

/** Every event is proved by itself, whatever came later. */
function normal({ nodes, links, total }: TraceAnswer): unknown {
  return { nodes, links, total }
}

test('goods that were made of themselves end the walk, not the node', async () => {
  const graph = graphOf([
    { event: transformed(1, [0], [1]) },
    { event: transformed(2, [1], [0]) },
    { event: transformed(3, [2], [2]) },
  ])
  expect(names(await ask(graph, trace(lot(0), 'back', 'forward')), 'lot')).toEqual([lot(1)])
  expect((await ask(graph, trace(lot(2), 'back'))).total).toEqual({ nodes: 2, links: 2 })
  const loop = graphOf(
    [0, 1, 2].map((n) => ({
      event: event(n, { type: 'AggregationEvent', action: 'ADD', parentID: box((n + 1) % 3), childEPCs: [box(n)] }),
    })),
  )
  expect(names(await ask(loop, trace(box(0), 'back', 'forward')), 'unit')).toEqual([box(1), box(2)])
})

test('every page holds what no other does, and all of them everything; a depth that cuts is told', async () => {
  const children = Array.from({ length: 300 }, (_, n) => n)
  const graph = graphOf([{ event: transformed(1, [1000], children) }, { event: transformed(2, [5], [2000]) }])
  const query = trace(lot(1000), 'forward')
  const whole = await ask(graph, query)
  expect(whole.total.nodes).toBe(1 + 1 + 300 + 1 + 1)
  const engine = new TraceEngine(graph, new Map())
  const [nodes, links]: [unknown[], unknown[]] = [[], []]
  let cursor: string | undefined
  do {
    const page = (await engine.ask({ ...query, limit: 13, cursor }, 2)) as TraceAnswer
    expect(page.nodes.length + page.links.length).toBeLessThanOrEqual(13)
    nodes.push(...page.nodes)
    links.push(...page.links)
    cursor = page.cursor
    for (const { from, to } of page.links) expect(Math.max(from, to)).toBeLessThan(nodes.length)
  } while (cursor !== undefined)
  expect([nodes, links]).toEqual([whole.nodes, whole.links])

  const shallow = await ask(graph, { ...(query as Extract<typeof query, { ask: 'trace' }>), depth: 1 })
  expect(shallow.incomplete).toEqual(['TRACE_DEPTH'])
  expect(shallow.nodes.map(({ id }) => id)).not.toContain(lot(2000))
})

test('nobody ties what others make to a transformation of their own, nor takes it back', async () => {
  const own = transformed(1, [1], [2], 'a')
  const foreign = transformed(2, [3], [4], 'a')
  const graph = graphOf([
    { event: own, org: 'one' },
    { event: foreign, org: 'two' },
    { event: declared(own), org: 'two' },
  ])
  expect(names(await ask(graph, trace(lot(2), 'back')), 'lot')).toEqual([lot(1)])
})

test('what was measured in an act that was taken back was measured all the same', async () => {
  const observed = event(5, {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    epcList: [box(1)],
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', minValue: 50, maxValue: 53.6, uom: 'FAH' }] }],
  })
  const graph = graphOf([{ event: packed(1, 'ADD', 1, [1]) }, { event: observed }, { event: declared(observed) }])
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const { goods } = await ask<{ goods: Exposed[] }>(graph, {
    ask: 'exposure',
    subject: box(1),
    ...always,
    max: 11_000,
    limit: 10,
  })
  expect(goods).toEqual([expect.objectContaining({ subject: lot(1), minMilli: 10_000, maxMilli: 12_000, broken: [0] })])
})

test('an empty graph knows nothing', async () => {
  await expect(ask(new TraceGraph(), trace(lot(1), 'back'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('boxes that were recorded in ten others each, sixteen deep, are answered for all the same', {
  timeout: 120_000,
}, async () => {
  const name = (layer: number, n: number): string => `https://id.gs1.org/8003/09506000000077L${layer}N${n}`
  const told: Told[] = []
  for (let layer = 0; layer < 16; layer++)
    for (let n = 0; n < 10; n++) {
      const childEPCs = Array.from({ length: 10 }, (_, m) => name(layer, m))
      told.push({
        event: event(layer, { type: 'AggregationEvent', action: 'ADD', parentID: name(layer + 1, n), childEPCs }),
      })
    }
  const graph = graphOf(told)
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const answer = await ask(graph, trace(name(0, 0), 'back', 'forward'))
  expect(answer.total.nodes).toBe(161)
  const now = await ask<{ incomplete?: string[] }>(graph, { ask: 'where-now', subject: name(0, 0), limit: 10 })
  expect(now.incomplete).toEqual(['TRACE_NODES'])
  const top = await ask<{ incomplete?: string[] }>(graph, {
    ask: 'exposure',
    subject: name(16, 0),
    ...always,
    limit: 10,
  })
  expect(top.incomplete).toEqual(['TRACE_NODES'])
})
