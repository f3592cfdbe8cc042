import type { Action } from '../config-types.ts'

/** What a card shows beside its words: the kind of act, or a control. */
export type Icon = Action | 'recall' | 'next' | 'end' | 'cancel' | 'undo' | 'test' | 'white-reference'

/** Strokes on a field of 24 by 24. */
const PATHS: Readonly<Record<Icon, string>> = {
  commission: 'M12 21v-9M12 12c0-4 3-6 7-6 0 4-3 6-7 6zM12 15c0-3-2-5-6-5 0 3 2 5 6 5z',
  transform: 'M4 7h10l-3-3M14 7l-3 3M20 17H10l3-3M10 17l3 3',
  pack: 'M4 10v10h16V10M4 10l3-3M20 10l-3-3M12 2v11M8 9l4 4 4-4',
  unpack: 'M4 10v10h16V10M4 10l3-3M20 10l-3-3M12 13V2M8 6l4-4 4 4',
  load: 'M2 16h12V6h4l4 5v5h-2M6 16a2 2 0 1 0 .1 0M17 16a2 2 0 1 0 .1 0M8 2v7M5 6l3 3 3-3',
  unload: 'M2 16h12V6h4l4 5v5h-2M6 16a2 2 0 1 0 .1 0M17 16a2 2 0 1 0 .1 0M8 10V3M5 6l3-3 3 3',
  ship: 'M3 4h8v16H3zM9 12h12M17 8l4 4-4 4',
  receive: 'M13 4h8v16h-8zM3 12h12M11 8l4 4-4 4',
  sell: 'M3 12l9-9h8v8l-9 9zM16 7h.1',
  handle: 'M7 3h10v18H7zM10 3V1h4v2M9 12l2 3 4-6',
  recall: 'M12 3l10 18H2zM12 9v6M12 18h.1',
  next: 'M4 12h14M12 5l7 7-7 7',
  end: 'M4 13l5 6L20 5',
  cancel: 'M5 5l14 14M19 5L5 19',
  undo: 'M8 5L3 10l5 5M3 10h11a6 6 0 0 1 0 11h-3',
  test: 'M9 3h6M10 3v6l-5 10h14L14 9V3M8 14h8',
  'white-reference': 'M5 5h14v14H5zM9 12l2 3 4-6',
}

export function iconSvg(icon: Icon): string {
  return `<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${PATHS[icon]}"/></svg>`
}
