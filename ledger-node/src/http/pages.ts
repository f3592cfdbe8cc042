import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Request, type RequestHandler, type Response, type Router, static as serveFiles } from 'express'
import { FirstWords } from './first-words.ts'
import { IMMUTABLE, PAGE_POLICY, REVALIDATE } from './headers.ts'
import { Precompressed } from './precompressed.ts'
import { routes } from './routes.ts'

const UNBUILT =
  '<!doctype html><meta charset="utf-8"><title>Tristamp</title><p>The pages are not built: run <code>npm run setup</code>.</p><p>页面尚未构建：请运行 <code>npm run setup</code>。</p>\n'

/** Pages beside the one that a code opens, each at `/<name>`. */
export const PAGES = ['desk', 'board', 'carry', 'labels', 'notice'] as const
type PageName = 'index' | (typeof PAGES)[number]

/** The built pages of verifier-web. */
export class Pages {
  readonly #folder: string
  readonly #compressed: Precompressed
  /** In which language the product page will speak first. */
  readonly firstWords: FirstWords

  constructor(folder: string) {
    this.#folder = resolve(folder)
    this.#compressed = new Precompressed(this.#folder)
    this.firstWords = new FirstWords(this.#folder)
  }

  /** Sends a page; the product page reads its subject from its own address. */
  send(req: Request, res: Response, status = 200, page: PageName = 'index'): void {
    pageHeaders(res)
    if (existsSync(join(this.#folder, `${page}.html`))) {
      const file = this.#compressed.choose(`${page}.html`, req, res)
      res.status(status).sendFile(file, { root: this.#folder, cacheControl: false })
    } else res.status(503).type('html').send(UNBUILT)
  }

  /** `/`, `/assets/…` (named by their content, so kept for ever), and the few files beside them. */
  routes(): Router {
    const files = serveFiles(this.#folder, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders: fileHeaders,
    })
    const router = routes().get('/', (req, res) => this.send(req, res))
    for (const page of PAGES) router.get(`/${page}`, (req, res) => this.send(req, res, 200, page))
    return router.use(this.#choose, files)
  }

  /** Turns the address to the smallest form of the file that the reader takes. */
  readonly #choose: RequestHandler = (req, res, next) => {
    const { path } = req
    if (req.method === 'GET' || req.method === 'HEAD') {
      const file = this.#compressed.choose(path.slice(1), req, res)
      if (file !== path.slice(1)) req.url = `/${file}`
    }
    next()
  }
}

function fileHeaders(res: Response, path: string): void {
  // A service worker asks under the policy that it came with.
  if (/\.html(?:\.\w+)?$/.test(path) || /[/\\](?:\w+-)?sw\.js(?:\.\w+)?$/.test(path)) pageHeaders(res)
  else res.setHeader('Cache-Control', /[/\\]assets[/\\]/.test(path) ? IMMUTABLE : REVALIDATE)
}

function pageHeaders(res: Response): void {
  res.setHeader('Cache-Control', REVALIDATE)
  res.setHeader('Content-Security-Policy', PAGE_POLICY)
}
