import type { Grid } from './client.ts'

/** Prints one part of the page alone, at its true size: the size of the sheet is that of the labels. */
export function printPart(part: 'labels' | 'sealed', { width, height }: Grid): void {
  const root = document.documentElement
  root.dataset['print'] = part
  root.style.setProperty('--page-width', `${width}mm`)
  root.style.setProperty('--page-height', `${height}mm`)
  const sheet = document.styleSheets[0]!
  // A rule of one's own, and not a style in the document: the page's policy allows none.
  const at = sheet.insertRule(`@page { size: ${width}mm ${height}mm; margin: 0 }`, sheet.cssRules.length)
  window.addEventListener(
    'afterprint',
    () => {
      sheet.deleteRule(at)
      delete root.dataset['print']
    },
    { once: true },
  )
  window.print()
}
