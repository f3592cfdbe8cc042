import type { Plugin } from 'vite'

/**
 * The checks are imported once the page says that it is checking, and asked for with the page all the same: a script that waits for another to name it
 * loses a round trip.
 */
export const ahead: Plugin = {
  name: 'ahead',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle = {}, chunk }) =>
      Object.values(bundle)
        .filter((file) => file.type === 'chunk' && file.name === 'verdict' && chunk?.name === 'index')
        .map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${fileName}` },
          injectTo: 'head',
        })),
  },
}
