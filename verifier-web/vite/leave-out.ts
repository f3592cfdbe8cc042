import type { Plugin } from 'vite'

// What decides nothing on a page. The lists of countries and currencies only judge attributes beside a number, which no verdict reads.
const COUNTRY = `
export const isCountry = (number) => /^\\d{3}$/.test(number)
export const isCountryCode = (code) => /^[A-Z]{2}$/.test(code)
export const isCurrency = isCountry`

// Vite's own helper also serves old browsers and reports its faults; ours are ES2022, and a part that fails to load fails in its import.
const PRELOAD = `
const asked = new Set()
const ask = (href) => {
  if (asked.has(href)) return
  asked.add(href)
  const link = document.createElement('link')
  const isStyle = href.endsWith('.css')
  link.rel = isStyle ? 'stylesheet' : 'modulepreload'
  link.crossOrigin = ''
  link.href = '/' + href
  document.head.append(link)
  return isStyle ? new Promise((resolve) => { link.onload = link.onerror = resolve }) : undefined
}
export const __vitePreload = async (load, files = []) => {
  await Promise.all(files.map(ask))
  return load()
}`

/** Small forms of two modules, for pages alone: every kilobyte stands before the verdict. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  enforce: 'pre',
  apply: 'build',
  load(id) {
    if (/[/\\]protocol[/\\]src[/\\]gs1[/\\]country\.ts$/.test(id)) return { code: COUNTRY, map: null, moduleType: 'js' }
    if (id === '\0vite/preload-helper.js') return { code: PRELOAD, map: null, moduleType: 'js' }
    return undefined
  },
}
