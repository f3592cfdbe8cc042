import type { Action, Role, StationStep } from './config-types.ts'

/** The business step of an action whose step says nothing of it. */
const USUAL: { readonly [A in Action]?: string } = { ship: 'shipping', receive: 'receiving' }
const FIXED: { readonly [A in Action]?: Role } = {
  transform: 'transform',
  pack: 'pack',
  unpack: 'pack',
  load: 'pack',
  unload: 'pack',
}

/** The role that the events of a step need, as the ledger will judge them (protocol: roleOf). */
export function roleOfStep({ action, bizStep = USUAL[action] }: StationStep): Role {
  const fixed = FIXED[action]
  if (fixed !== undefined) return fixed
  if (bizStep === 'shipping') return 'ship'
  if (bizStep === 'receiving') return 'receive'
  if (action === 'commission') return 'commission'
  return action === 'sell' ? 'sell' : 'observe'
}
