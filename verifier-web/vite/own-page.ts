import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Plugin } from 'vite'

const template = readFileSync(new URL('own-page.html', import.meta.url), 'utf8')
const REFERRER = '<meta name="referrer" content="no-referrer">\n'

/** Makes a whole page of a file that holds only what is that page's own: its title, and what else it has in its head. Style and script go by its name. */
export const ownPage: Plugin = {
  name: 'own-page',
  transformIndexHtml: {
    order: 'pre',
    handler(html, { filename }) {
      if (/^<!doctype /i.test(html)) return html
      const page = template.replace('<!-- own head -->', html.trim()).replaceAll('%NAME%', basename(filename, '.html'))
      return html.includes('name="referrer"') ? page.replace(REFERRER, '') : page
    },
  },
}
