import { encodeEvent, parseEvent, roleOf, type StampedEvent } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { gatewayConfig } from '../_gateway.ts'
import { roleOfStep } from '../config-roles.ts'
import type { AgentError } from '../error.ts'
import { clockStamp, isoTime } from '../stamp.ts'
import { labels, Play, stampAt } from './_station.ts'
import type { Draft } from './state.ts'
import { stepsOf, WORKFLOWS, workflows } from './workflow.ts'

/** The draft as it would be signed, read as the ledger reads it. */
function recorded({ event }: Draft): ReturnType<typeof parseEvent> {
  const { moment, place, offset } = stampAt(1000)
  const stamped = {
    ...event,
    eventID: 'urn:uuid:00000000-0000-4000-8000-000000000001',
    eventTime: isoTime(moment.ms),
    eventTimeZoneOffset: offset,
    readPoint: { id: place.readPoint },
    'tristamp:geo': place.geo,
    'tristamp:clock': clockStamp(moment),
    'tristamp:origin': 'device',
    'tristamp:quality': 'none',
  } as StampedEvent
  return parseEvent(encodeEvent(stamped))
}

const EVERY_STEP = WORKFLOWS.flatMap((workflow) =>
  Object.keys(workflows[workflow]).map((step) => [workflow, step] as const),
)

describe('each step of each workflow', () => {
  it.each(EVERY_STEP)(
    '%s %s makes an event that the ledger takes, of the role that the configuration asks for',
    (workflow, name) => {
      const steps = stepsOf({ workflow, actions: {} })
      const step = steps.get(name)!
      const play = new Play({ [name]: step }, name)
      if (step.action === 'transform') play.scan(labels.item('A')).do('next').scan(labels.lot('B2'))
      else if (step.action === 'pack') play.scan(labels.pallet, labels.item('A'))
      else if (step.action === 'unpack') play.scan(labels.pallet)
      else play.scan(labels.item('A'))
      play.do('end')
      expect(play.refusals).toEqual([])
      const [draft] = play.drafts
      const event = recorded(draft!) as StampedEvent
      expect(
        roleOf({
          type: event.type,
          bizStep: event.bizStep,
          action: 'action' in event ? event.action : undefined,
        } as never),
      ).toBe(roleOfStep(step))
      if (step.bizStep !== undefined) expect(event.bizStep).toBe(step.bizStep)
      if (step.disposition !== undefined) expect(event.disposition).toBe(step.disposition)
      expect(draft!.action).toBe(name)
    },
  )
})

describe('a station’s steps', () => {
  const config = (station: string) => {
    const made = gatewayConfig({
      devices:
        '[{ id: gun, driver: scanner, port: /dev/null }, { id: gate, driver: m100, port: /dev/zero, region: cn900 }]',
      stations: `[{ id: dock, scanner: gun, ${station} }]`,
    })
    return made.stations[0]!
  }
  const refusal = (station: string): string => {
    try {
      config(station)
    } catch (error) {
      return String((error as AgentError).fields['list'])
    }
    return ''
  }

  it('are those of its workflow, all or some, then its own', () => {
    expect([...config('workflow: truck').actions.keys()]).toEqual(['load', 'en-route', 'unload'])
    const some = config(
      'workflow: farm, steps: [feed, ship], start: feed, actions: { ship: { to: "https://id.gs1.org/414/9506000134024" }, weigh: { action: handle, bizStep: inspecting, label: { zh: 称重, en: Weigh } } }',
    )
    expect([...some.actions.keys()]).toEqual(['feed', 'ship', 'weigh'])
    expect(some.actions.get('ship')).toMatchObject({ action: 'ship', to: 'https://id.gs1.org/414/9506000134024' })
    expect(some.actions.get('weigh')).toMatchObject({ action: 'handle', label: { en: 'Weigh' } })
    expect(config('actions: { receive: }').actions.get('receive')).toMatchObject({
      action: 'receive',
      label: { zh: '收货' },
    })
  })

  it('are refused with the place and the reason', () => {
    expect(refusal('workflow: moon')).toContain('stations[0].workflow: must be one of farm, slaughter')
    expect(refusal('workflow: truck, steps: [fly]')).toContain(
      'stations[0].steps[0]: must be one of load, en-route, unload',
    )
    expect(refusal('steps: [load]')).toContain('stations[0].steps: choose from a workflow')
    expect(refusal('actions: { dance: }')).toContain('stations[0].actions.dance: is no action')
    expect(refusal('workflow: truck, start: sell')).toContain('stations[0].start')
    expect(refusal('workflow: truck, readers: [gun]')).toContain('stations[0].readers[0]: is used by stations[0]')
    expect(refusal('workflow: truck, readers: [nobody]')).toContain(
      'stations[0].readers[0]: no device has the id nobody',
    )
    expect(refusal('workflow: truck, readers: [gate]')).toBe('')
  })
})

describe('tags at a station', () => {
  const tag = (serial: string): string => `https://id.gs1.org/01/09501101530003/21/${serial}`

  it('count as scans, with the dates that they carry', () => {
    const play = new Play({ receive: {} }, 'receive').tags(tag('A'), tag('B'), tag('A')).wait(2000)
    expect(play.drafts).toMatchObject([{ event: { epcList: [tag('A'), tag('B')] } }])
    const made = new Play({ commission: {} }, 'commission').tags(`${tag('A')}?17=270131`).wait(2000)
    expect(made.drafts[0]?.event).toMatchObject({ ilmd: { 'cbvmda:itemExpirationDate': '2027-01-31' } })
  })

  it('come in any order when a unit is packed: the first unit among them is the one', () => {
    const unit = 'https://id.gs1.org/00/095011015300030017'
    const play = new Play({ pack: {} }, 'pack').tags(tag('A'), unit, tag('B')).do('end')
    expect(play.drafts).toMatchObject([{ event: { parentID: unit, childEPCs: [tag('A'), tag('B')] } }])
    expect(new Play({ pack: {} }, 'pack').tags(tag('A')).do('end').refusals).toEqual(['SCAN_ORDER'])
  })

  it('that stand there after the act are read again without meaning anything, until a step is chosen or they were gone', () => {
    const play = new Play({ load: {}, handle: {} }, 'load').tags(tag('A')).do('end')
    for (let i = 0; i < 20; i++) play.wait(300_000).tags(tag('A'))
    expect(play.do('end').drafts).toHaveLength(1)
    expect(play.wait(601_000).tags(tag('A')).do('end').drafts).toHaveLength(2)
    expect(play.do('do/load').tags(tag('A')).do('end').drafts).toHaveLength(3)
    expect(play.refusals.filter((code) => code !== 'SCAN_ORDER')).toEqual([])
  })

  it('give no commands, and name no places', () => {
    const play = new Play({ receive: {} }, 'receive').tags(
      'tristamp:do/receive',
      'https://id.gs1.org/414/9506000134024',
    )
    expect(play.refusals).toEqual(['SCAN_IDENTITY', 'SCAN_IDENTITY'])
  })
})
