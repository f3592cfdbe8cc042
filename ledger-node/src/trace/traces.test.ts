import type { Json } from '@tristamp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commissioned, itemUri, until } from '../_harness.ts'
import { BOX, LOT, Recorded, step } from './_recorded.ts'

let recorded: Recorded

beforeEach(async () => {
  recorded = await Recorded.start()
})
afterEach(() => recorded.ledger.remove())

const trace = (subject: string, more = ''): string => `/v1/trace?subject=${encodeURIComponent(subject)}${more}`

test('what was recorded is traced: packed, made into something, taken back, each link with the event that proves it', async () => {
  const packed = step({
    type: 'AggregationEvent',
    action: 'ADD',
    bizStep: 'packing',
    parentID: BOX,
    childEPCs: [itemUri('A')],
  })
  const made = step({
    type: 'TransformationEvent',
    inputEPCList: [itemUri('A')],
    outputEPCList: [itemUri('C')],
  })
  const first = await recorded.record(commissioned(itemUri('A')), packed)
  const second = await recorded.record(made)
  const answer = await recorded.get(trace(itemUri('A'), '&direction=forward'))
  expect(answer.treeSize).toBeGreaterThan(second)
  const idOf = (n: number): string => answer.nodes[n]!.id
  const found = answer.links.map(({ kind, from, to, proof }) => [
    kind,
    idOf(from),
    idOf(to),
    proof.entry,
    proof.position,
  ])
  const { eventID } = made as { eventID: string }
  expect(found).toEqual(
    expect.arrayContaining([
      ['contained', itemUri('A'), BOX, first, 1],
      ['lot', itemUri('A'), LOT, first, 0],
      ['input', itemUri('A'), eventID, second, 0],
      ['output', eventID, itemUri('C'), second, 0],
    ]),
  )
  const { records } = await recorded.get<{ records: { entry: number }[] }>(`/v1/events/${eventID}`)
  expect(records.map(({ entry }) => entry)).toEqual([second])

  await recorded.record({
    ...(made as Record<string, Json>),
    errorDeclaration: { declarationTime: '2026-11-22T02:00:00.000Z', reason: 'did_not_occur' },
  })
  const after = await recorded.get(trace(itemUri('A'), '&direction=forward'))
  expect(after.nodes.map(({ id }) => id)).not.toContain(itemUri('C'))
  expect((await recorded.get(trace(itemUri('C')))).links.filter(({ kind }) => kind === 'output')).toEqual([])
})

test('pages of an answer stay as they were while events arrive', async () => {
  const items = Array.from({ length: 40 }, (_, i) => itemUri(`I${i}`))
  await recorded.record(...items.map(commissioned))
  const path = trace(LOT, '&direction=forward&limit=7')
  let page = await recorded.get(path)
  const { total, treeSize } = page
  const [nodes, links] = [[...page.nodes], [...page.links]]
  await recorded.record(commissioned(itemUri('LATER')))
  while (page.cursor !== undefined) {
    page = await recorded.get(`${path}&cursor=${page.cursor}`)
    expect(page.treeSize).toBe(treeSize)
    nodes.push(...page.nodes)
    links.push(...page.links)
  }
  expect([nodes.length, links.length]).toEqual([total.nodes, total.links])
  expect(nodes.map(({ n }) => n)).toEqual(nodes.map((_, n) => n))
  expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(items))
  await until(async () => (await recorded.get(path)).total.nodes === total.nodes + 1)
})

test('what cannot be asked is refused with a code', async () => {
  await recorded.record(commissioned(itemUri('A')))
  const { cursor } = await recorded.get(trace(LOT, '&limit=1'))
  const codes = await Promise.all(
    [
      trace(itemUri('NOBODY')),
      trace(itemUri('A'), '&direction=sideways'),
      trace(itemUri('A'), '&direction=constructor'),
      trace(itemUri('A'), '&direction=__proto__'),
      trace(itemUri('A'), '&from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z'),
      trace(itemUri('A'), '&depth=65'),
      trace(itemUri('A'), '&from=yesterday'),
      trace(itemUri('A'), `&limit=1&cursor=${cursor}`),
      trace(LOT, '&cursor=x'),
      '/v1/trace/where-now',
      `/v1/trace/exposure?unit=${encodeURIComponent(BOX)}&min=cold`,
      '/v1/trace?subject=https://id.gs1.org/01/09506000134353/10/L7',
    ].map(async (path) => {
      const answer = await recorded.ledger.get(path)
      return [answer.status, ((await answer.json()) as { code: string }).code]
    }),
  )
  expect(codes).toEqual([
    [404, 'NOT_FOUND'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'TRACE_CURSOR'],
    [400, 'TRACE_CURSOR'],
    [400, 'REQUEST_QUERY'],
    [400, 'REQUEST_QUERY'],
    [400, 'GS1_CHECK_DIGIT'],
  ])
  const converge = async (body: string): Promise<unknown> => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await recorded.ledger.get('/v1/trace/converge', { method: 'POST', headers, body })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }
  expect(await converge(JSON.stringify({ subjects: [itemUri('A'), itemUri('NOBODY')] }))).toEqual([200, undefined])
  expect(await converge('{"subjects":[]}')).toEqual([400, 'REQUEST_QUERY'])
  expect(await converge('{')).toEqual([400, 'REQUEST_QUERY'])
  expect(await converge(JSON.stringify({ subjects: [`urn:x:${'y'.repeat(70_000)}`] }))).toEqual([
    413,
    'REQUEST_TOO_LARGE',
  ])
})
