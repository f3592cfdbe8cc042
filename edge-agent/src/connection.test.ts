import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayText } from './_gateway.ts'
import { FakeLedger } from './_ledger.ts'
import { loadConfig } from './config.ts'
import { Connection } from './connection.ts'
import type { AgentError } from './error.ts'
import { initAgent } from './init.ts'
import { loginsOf } from './rotation.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

describe('a connection', () => {
  it('that is being ended tells no trouble of what comes too late for it', async () => {
    const ledger = await new FakeLedger().start()
    cleanup.push(() => ledger.stop())
    const { folder, text } = gatewayText({ mqttPort: ledger.port })
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, text)
    const config = loadConfig(file)
    await initAgent(config)
    const failures: AgentError[] = []
    const connection = await new Promise<Connection>((resolve) => {
      const made: Connection = new Connection(config, loginsOf(config.data)[0]!, {
        ready: () => resolve(made),
        failed: (error) => void failures.push(error),
        ack: () => undefined,
        enrolment: () => undefined,
      })
    })
    const gone = connection.goodbye()
    const late = setInterval(() => connection.sendStatus('{}'), 0)
    await gone
    await connection.closed
    connection.sendStatus('{}')
    clearInterval(late)
    expect(failures.map(({ fields }) => fields['why'])).toEqual([])
  })
})
