import type { ClockMemory } from './clock-memory.ts'
import type { AgentConfig } from './config-types.ts'
import type { EnrolmentDesk } from './enrolment-desk.ts'
import type { AgentError } from './error.ts'
import type { Health } from './health.ts'
import type { NoticeDesk } from './notice-desk.ts'
import type { Panel } from './page/panel.ts'
import type { Store } from './store.ts'
import type { UplinkEvents } from './uplink.ts'

/** Who hears what comes from the ledger. */
export interface UplinkHearers {
  config(): AgentConfig
  health: Health
  panel: Panel
  clockMemory: ClockMemory
  enrolment: EnrolmentDesk
  notices: NoticeDesk
  info(line: string): void
  problem(error: AgentError, key?: string): void
}

/** Passes on what comes from the ledger to whom it concerns. */
export function uplinkEvents(to: UplinkHearers, store: Store): UplinkEvents {
  const { health, panel, clockMemory, enrolment, notices, info, problem } = to
  return {
    connected: (is) => {
      health.online(is)
      panel.connected(is)
      info(is ? `· connected to ${to.config().uplink.url}` : '· disconnected')
    },
    acknowledged: (entry) => {
      clockMemory.acknowledged(entry)
      panel.acknowledged(entry)
      health.touch()
    },
    enrolment: (payload) => enrolment.take(payload),
    notice: (payload) => notices.take(payload),
    problem: (error) => {
      // A batch that is not as it was signed: the outbox is closed and repaired.
      if (error.code === 'OUTBOX_DAMAGED') store.fail(error)
      problem(error, 'uplink')
      panel.uplinkTrouble(error)
    },
    status: () => JSON.stringify(health.status()),
  }
}
