import type { Temperature, UseBy } from './safety.ts'

/** ok a good answer, stop an answer to act on, care one to look at, idle no answer. */
export type Tone = 'ok' | 'stop' | 'care' | 'idle'

export function temperatureTone({ kind }: Temperature): Tone {
  const tones: Record<Temperature['kind'], Tone> = {
    kept: 'ok',
    scarce: 'idle',
    left: 'stop',
    doubtful: 'stop',
    none: 'idle',
    'unknown-now': 'idle',
    'no-limits': 'idle',
  }
  return tones[kind]
}

export function useByTone(useBy: UseBy): Tone {
  if (useBy.kind === 'unknown') return 'idle'
  return useBy.days < 0 ? 'stop' : useBy.days === 0 ? 'care' : 'ok'
}
