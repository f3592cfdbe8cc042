import { Gauge, type Registry } from 'prom-client'
import { CONCERN_TONES } from './concerns.ts'
import { GATEWAY_STANDINGS } from './gateway-rows.ts'
import type { BoardState } from './state.ts'

/** Shows in `/metrics` what the board says, from the same state: whoever is called at night reads in the morning why. */
export function showBoard(registry: Registry, state: () => Promise<BoardState>): void {
  /** One state for all that is asked for at once. */
  let asked: Promise<BoardState | undefined> | undefined
  const once = (): Promise<BoardState | undefined> => {
    asked ??= state()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined
      })
    return asked
  }
  gauge(
    'tristamp_concern',
    'How many, or 1, while the board says so; 0 while not',
    ['code', 'tone'],
    (set, { concerns }) => {
      for (const [code, tone] of Object.entries(CONCERN_TONES))
        set({ code, tone }, sumOf(concerns.filter((one) => one.code === code).map(({ count = 1 }) => count)))
    },
  )
  gauge('tristamp_gateways', 'Gateways in each state of the board', ['state'], (set, { gateways }) => {
    for (const standing of GATEWAY_STANDINGS) set({ state: standing }, gateways.states[standing])
  })
  gauge('tristamp_disk_free_bytes', 'Room for the ledger’s folder', [], (set, { disk }) => {
    if (disk !== null) set({}, disk.freeBytes)
  })
  gauge(
    'tristamp_checkpoint_time_seconds',
    'When the checkpoint that readers see was sealed, Unix time',
    [],
    (set, { checkpoint }) => {
      if (checkpoint !== null) set({}, checkpoint.atMs / 1000)
    },
  )

  function gauge(
    name: string,
    help: string,
    labelNames: string[],
    show: (set: (labels: Record<string, string>, value: number) => void, state: BoardState) => void,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset()
        // What is not known is not shown; the others are.
        const now = await once()
        // A gauge without labels starts at 0, which nobody has measured.
        if (labelNames.length === 0) this.remove()
        if (now !== undefined) show((labels, value) => this.set(labels, value), now)
      },
    })
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
