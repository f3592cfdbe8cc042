// Numbers and sentences of the board. Pure: of a state, and of words.
import { deviceOffset } from '../local-time.ts'
import type { Concern, Gateway, State, Tone } from './model.ts'
import { isKey, type Words } from './words/index.ts'

/** How long, in the largest unit that says enough: 12 s, 5 min, 1 h 18 min, 3 days. */
export function long(ms: number, { t }: Words): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return t('for.s', { n: seconds })
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return t('for.min', { n: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return t('for.d', { n: Math.floor(hours / 24) })
  const min = minutes % 60
  return min === 0 || hours >= 10 ? t('for.h', { n: hours }) : t('for.h.min', { h: hours, min })
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, as disks are sold. */
export function bytes(n: number, { format }: Words): string {
  const size = Math.abs(n)
  const power = size < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3))
  const value = n / 1000 ** power
  return `${format.number(Math.abs(value) < 10 && power > 0 ? Math.round(10 * value) / 10 : Math.round(value))}\u00a0${UNITS[power]}`
}

/** 19:10:04 by this device's clock. */
export function clock(ms: number, { format }: Words): string {
  return format.stamp({ ms, offset: deviceOffset(ms) }).slice(11, 19)
}

/** 22 Nov 19:10:04 */
export function moment(ms: number, words: Words): string {
  return `${words.format.day({ ms, offset: deviceOffset(ms) })}\u00a0${clock(ms, words)}`
}

export function concern({ code, count, cause }: Concern, state: State, { t }: Words): string {
  const key = `concern.${code}`
  const said = isKey(key) ? t(key, { n: count, total: state.gateways.total }) : t('concern.other', { code })
  return cause === undefined ? said : `${said} (${cause})`
}

/** What to do about it, with the node's own code where it gave one; nothing for a code that a newer node may have. */
export function whatToDo({ code, cause }: Concern, { t }: Words): string | undefined {
  const key = `do.${code}`
  const said = isKey(key) ? t(key) : undefined
  return cause === undefined ? said : [said, cause].filter((part) => part !== undefined).join(' ')
}

/** One sentence that is read across a room, and what to do. */
export function headline(state: State, words: Words): { tone: Tone | 'ok'; text: string; todo?: string | undefined } {
  const [worst] = state.concerns
  if (worst !== undefined) {
    const { cause: _, ...plain } = worst
    return { tone: worst.tone, text: concern(plain, state, words), todo: whatToDo(worst, words) }
  }
  const n = state.gateways.total
  const key = state.role === 'follower' ? 'well.follower' : n === 0 ? 'well.none' : 'well.gateways'
  return { tone: 'ok', text: words.t(key, { n }) }
}

/** How a gateway is, in words and by its mark. @param agoMs how long ago a time of the state is */
export function gatewayState(
  gateway: Gateway,
  agoMs: (ms: number) => number,
  words: Words,
): { tone: Tone | 'ok'; text: string } {
  const { state, sinceMs, alarms } = gateway
  const { t } = words
  switch (state) {
    case 'silent':
      return {
        tone: 'stop',
        text: sinceMs === null ? t('state.silent') : t('state.silent.for', { ago: long(agoMs(sinceMs), words) }),
      }
    case 'suspended':
      return { tone: 'stop', text: t('state.suspended') }
    case 'trouble':
      return { tone: 'care', text: t(alarms.length > 0 ? 'state.trouble.device' : 'state.trouble.clock') }
    case 'online':
      return { tone: 'ok', text: t('state.online') }
    default:
      return { tone: 'idle', text: t(`state.${state}`) }
  }
}

/** ±0.2 s; the sign stays at its number where the unit's letters run from the right. */
export function doubt({ clock }: Gateway, { t, format }: Words): string {
  if (clock === null || clock.uncertaintyMs === null) return t('dash')
  const seconds = clock.uncertaintyMs / 1000
  const within = (n: number): string => `±${format.number(n)}`
  const united = (text: string): string => text.replace(' ', '\u00a0')
  if (seconds >= 600) return united(t('for.min', { n: within(Math.round(seconds / 60)) }))
  return united(
    t('for.s', { n: within(seconds < 10 ? Math.max(0.1, Math.round(10 * seconds) / 10) : Math.round(seconds)) }),
  )
}

/** The last part of a Digital Link or name is what people know: lot, serial, number. */
export function shortSubject(uri: string): string {
  try {
    return decodeURIComponent(uri.split('/').slice(-1)[0] ?? uri)
  } catch {
    return uri
  }
}
