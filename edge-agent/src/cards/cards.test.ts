import { describe, expect, it } from 'vitest'
import { gatewayConfig } from '../_gateway.ts'
import { CHECK_ELEMENTS, CHECK_LABEL, readCheckLabel } from '../codec/scan-check.ts'
import { parseCommand } from '../station/command.ts'
import { WORKFLOWS } from '../station/workflow.ts'
import { cardSheet, cardsOf } from './sheet.ts'

const config = gatewayConfig({
  devices: '[{ id: gun, driver: scanner, port: /dev/null }, { id: gun2, driver: scanner, port: /dev/zero }]',
  stations: `[
    { id: gate, scanner: gun, workflow: truck, undo: 5m },
    { id: plant, scanner: gun2, workflow: slaughter, actions: { weigh: { action: handle, label: { zh: "称<重>", en: "Weigh & note" } } } }]`,
})

describe('the sheet of command cards', () => {
  it('has each step of each station, and what ends, drops and takes back', () => {
    const [gate, plant] = config.stations.map(cardsOf)
    expect(gate!.map(({ command }) => command)).toEqual([
      'tristamp:do/load',
      'tristamp:do/en-route',
      'tristamp:do/unload',
      'tristamp:end',
      'tristamp:cancel',
      'tristamp:undo',
    ])
    expect(plant!.map(({ command }) => command)).toContain('tristamp:next')
  })

  it('has only commands that a station understands, whatever the workflow', () => {
    for (const workflow of WORKFLOWS) {
      const stations = `[{ id: one, scanner: gun, workflow: ${workflow} }]`
      const { stations: made } = gatewayConfig({ devices: '[{ id: gun, driver: scanner, port: /dev/null }]', stations })
      for (const { command } of cardsOf(made[0]!)) {
        const parsed = parseCommand(command)
        expect(parsed, command).toBeDefined()
        if (parsed?.kind === 'do') expect(made[0]!.actions.has(parsed.step)).toBe(true)
      }
    }
  })

  it('is one file that loads and runs nothing, in either language, and escapes what it was told', () => {
    for (const language of ['zh', 'en'] as const) {
      const html = cardSheet(config, language)
      expect(html).toContain(`<html lang="${language}">`)
      expect(html).not.toMatch(/<script|<link|<img|https?:|url\(/)
      expect(html.match(/<section>/g)).toHaveLength(3)
      expect(html).toContain('称&#60;重&#62;')
      expect(html).toContain('Weigh &#38; note')
      expect(html).toContain('5')
    }
    expect(cardSheet(config, 'en', 'gate').match(/<section>/g)).toHaveLength(1)
    expect(cardSheet(config, 'en')).toContain('@page { size: A4')
    expect(cardSheet(config, 'en', 'gate')).not.toContain(CHECK_LABEL)
  })

  it('ends with the check label, as a symbol that holds what is looked for', () => {
    const html = cardSheet(config, 'zh')
    expect(html).toContain(CHECK_LABEL)
    expect(html.match(/class="bars"/g)).toHaveLength(1)
    expect(readCheckLabel(`]C1${CHECK_ELEMENTS}`)).toEqual({ aim: ']C1', gs: 'sent' })
  })
})
