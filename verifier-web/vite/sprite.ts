import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const drawn = readFileSync(new URL('../src/sprite.svg', import.meta.url), 'utf8')

/** Lines and comments are for who draws them. */
const symbols = drawn
  .replaceAll(/<!--.*?-->/gs, '')
  .replaceAll(/>\s+</g, '><')
  .trim()

/** Puts the drawn symbols into every page: inside the document they take its colours, and need no request of their own. */
export const sprite: Plugin = {
  name: 'sprite',
  transformIndexHtml: (html) => html.replace('<!-- sprite -->', symbols),
}
