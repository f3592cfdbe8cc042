import type { AgentError } from '../error.ts'
import type { EvidenceFiles } from '../evidence-files.ts'
import type { Outbox } from '../outbox.ts'
import type { Signer } from '../signer.ts'
import type { Benches } from '../spectroscopy/benches.ts'
import type { Station } from '../station/station.ts'
import type { PageConfig } from './config.ts'
import { Carrier } from './frames.ts'
import type { Panel } from './panel.ts'
import { PageServer } from './server.ts'

/** What of a gateway its page shows, and what it is told there. */
export interface PageParts {
  panel: Panel
  benches: Benches
  outbox: Outbox
  evidence: EvidenceFiles
  signer: Signer
  stations(): readonly Station[]
  problem(error: AgentError): void
}

/** Serves the gateway's own page until the signal aborts. */
export async function servePage(page: PageConfig, parts: PageParts, signal: AbortSignal): Promise<void> {
  const { panel, benches, outbox, evidence, signer } = parts
  const carrier = new Carrier(outbox, evidence, signer)
  const server = new PageServer(page, {
    state: (access, withCharts) => panel.state(access, withCharts),
    listen: (listener) => panel.listen(listener),
    take: async (id, frame) => {
      const station = parts.stations().find(({ config }) => config.id === id)
      if (station && !benches.take(id, frame, true)) await station.scan(frame, 'page')
      return station !== undefined
    },
    carry: (from) => carrier.carry(from),
    problem: (error) => parts.problem(error),
  })
  await server.run(signal)
}
