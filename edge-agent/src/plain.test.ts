import { describe, expect, it } from 'vitest'
import { gatewayConfig } from './_gateway.ts'
import { refusePlain } from './plain.ts'

const config = gatewayConfig()
const to = (url: string, plain = false): (() => void) => {
  const uplink = { ...config.uplink, url, plain }
  return () => refusePlain({ ...config, uplink })
}

describe('an uplink without TLS', () => {
  it.each(['mqtt://127.0.0.1:1883', 'mqtt://localhost', 'mqtt://[::1]:1883', 'mqtts://ledger.example:8883'])(
    'to %s is fine',
    (url) => {
      expect(to(url)).not.toThrow()
    },
  )

  it.each(['mqtt://ledger.example:1883', 'mqtt://192.168.1.2', 'mqtt://127.0.0.1.example', 'mqtt://[fe80::1]:1883'])(
    'to %s is refused, unless told',
    (url) => {
      expect(to(url)).toThrow(expect.objectContaining({ code: 'CONFIG_PLAIN' }) as Error)
      expect(to(url, true)).not.toThrow()
    },
  )
})
