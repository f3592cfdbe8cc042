/** How following goes. `entries`: how many the leader has signed, as far as we know. */
export interface FollowStatus {
  state: 'starting' | 'catching-up' | 'following' | 'unreachable' | 'diverged'
  leader: string
  entries: number
  lag: number
  heardAtMs?: number
  code?: string
  detail?: string
}

/** What a follower knows of its own standing. */
export interface Standing {
  leader: string
  /** Entries that the leader has signed, and that were reproduced. */
  signed: number
  reproduced: number
  heardAtMs: number | undefined
  /** Why nothing is followed any more, and why not at present. */
  divergence: { code: string; detail: string } | undefined
  trouble: { code: string; message: string } | undefined
}

export function followStatus(standing: Standing): FollowStatus {
  const { leader, signed, reproduced, heardAtMs, divergence, trouble } = standing
  const entries = Math.max(signed, reproduced)
  const why = divergence ?? (trouble && { code: trouble.code, detail: trouble.message })
  return {
    state: stateOf(standing),
    leader,
    entries,
    lag: entries - reproduced,
    ...(heardAtMs !== undefined && { heardAtMs }),
    ...(why && { code: why.code, detail: why.detail }),
  }
}

function stateOf({ signed, reproduced, heardAtMs, divergence, trouble }: Standing): FollowStatus['state'] {
  if (divergence !== undefined) return 'diverged'
  if (trouble !== undefined) return 'unreachable'
  if (heardAtMs === undefined) return 'starting'
  return signed > reproduced ? 'catching-up' : 'following'
}
