import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Response, type Router, static as serveFiles } from 'express'
import { IMMUTABLE, PAGE_POLICY, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

const UNBUILT =
  '<!doctype html><meta charset="utf-8"><title>Tristamp</title><p>The pages are not built: run <code>npm run setup</code>.</p><p>页面尚未构建：请运行 <code>npm run setup</code>。</p>\n'

/** The built pages of verifier-web. */
export class Pages {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Sends the product page; it reads its subject from its own address. */
  send(res: Response, status = 200): void {
    pageHeaders(res)
    if (existsSync(join(this.#folder, 'index.html')))
      res.status(status).sendFile('index.html', { root: this.#folder, cacheControl: false })
    else res.status(503).type('html').send(UNBUILT)
  }

  /** `/`, `/assets/…` (named by their content, so kept for ever), and the few files beside them. */
  routes(): Router {
    const files = serveFiles(this.#folder, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders: fileHeaders,
    })
    return routes()
      .get('/', (_req, res) => this.send(res))
      .use(files)
  }
}

function fileHeaders(res: Response, path: string): void {
  if (path.endsWith('.html')) pageHeaders(res)
  else res.setHeader('Cache-Control', /[/\\]assets[/\\]/.test(path) ? IMMUTABLE : REVALIDATE)
}

function pageHeaders(res: Response): void {
  res.setHeader('Cache-Control', REVALIDATE)
  res.setHeader('Content-Security-Policy', PAGE_POLICY)
}
