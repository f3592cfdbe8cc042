import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gatewayText } from '../_gateway.ts'
import { type AgentConfig, parseConfig } from '../config.ts'
import { AgentError } from '../error.ts'
import { FILES, isLoopback } from './config.ts'
import { hashPin } from './pin.ts'

const { folder, text } = gatewayText()
const parse = (page: string, env = {}): AgentConfig =>
  parseConfig(`${text}\n${page}`, join(folder, 'gateway.yaml'), env)

function refusal(page: string): AgentError {
  try {
    parse(page)
  } catch (error) {
    if (error instanceof AgentError) return error
  }
  throw new Error(`it was accepted: ${page}`)
}

describe('the page in the configuration', () => {
  it('is there when it is named, on this machine alone', () => {
    expect(parse('').page).toBeUndefined()
    expect(parse('page:').page).toEqual({ host: '127.0.0.1', port: 8090, pin: undefined, names: [], files: FILES })
    expect(parse('page: { files: ./built }').page?.files).toBe(join(folder, 'built'))
    expect(parse('page: {}', { TRISTAMP_PAGES: '/pages' }).page?.files).toBe('/pages')
  })

  it("can name the ledger's public address, and nothing longer", () => {
    expect(parse('page: { ledger: https://ledger.example/ }').page?.ledger).toBe('https://ledger.example')
    for (const address of ['ledger.example', 'javascript:alert(1)', 'https://a.example/x?y', '"https://a b"'])
      expect(refusal(`page: { ledger: "${address.replaceAll('"', '')}" }`).code).toBe('CONFIG_INVALID')
  })

  it('is refused to the network without a PIN', async () => {
    for (const host of ['0.0.0.0', '192.168.1.20', '"::"', '"::ffff:192.168.1.20"']) {
      expect(refusal(`page: { host: ${host} }`)).toMatchObject({ code: 'CONFIG_PAGE' })
      expect(parse(`page: { host: ${host}, pin: "${await hashPin('271828')}" }`).page?.pin).toBeDefined()
    }
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '"::1"'])
      expect(parse(`page: { host: ${host} }`).page).toBeDefined()
    expect(isLoopback('127.0.0.1.evil.example')).toBe(false)
  })

  it.each([
    ['page: { pin: "271828" }', 'page.pin: must be what `tristamp-agent pin` prints, not the PIN itself'],
    ['page: { host: gate.local }', 'page.host: must be an IP address or localhost'],
    ['page: { port: 0 }', 'page.port: must be a whole number'],
    ['page: { names: [Gate.local] }', 'page.names[0]: must be a host name'],
    ['page: { open: true }', 'page.open: is not known here'],
    ['page: 8090', 'page: must be a map'],
  ])('is refused as %s', (page, what) => {
    const error = refusal(page)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.fields['list']).toContain(what)
  })

  it('stands for a scanner where there is none', () => {
    const stations = 'stations: [{ id: kiosk, workflow: shop }]'
    const with_ = (page: string): (() => AgentConfig) => {
      const whole = `${text.replace('stations: []', stations)}\n${page}`
      return () => parseConfig(whole, join(folder, 'gateway.yaml'))
    }
    expect(with_('')).toThrow(/stations\[0\]\.scanner/)
    expect(with_('page: {}')().stations).toHaveLength(1)
  })
})
