import { setTimeout as pause } from 'node:timers/promises'
import express, { type RequestHandler, type Router } from 'express'
import type { Directory } from '../directory.ts'
import { LedgerError } from '../error.ts'
import { type Face, faceOf } from '../labels/face.ts'
import { gtinOf, type LabelOrder, labelOf, labelOrder } from '../labels/order.ts'
import { forLabels, type LabelRequest, labelRequest } from '../labels/request.ts'
import { invalid } from '../labels/serials.ts'
import { htmlPages, pageSvg } from '../labels/svg.ts'
import { type Template, templateOf, wholeLabels } from '../labels/template.ts'
import { zplLabel, zplOptions } from '../labels/zpl.ts'
import { routes } from './routes.ts'

export interface LabelParts {
  directory: Directory
  publicUrl: () => string
  /** How often one client may have labels drawn. */
  limit: RequestHandler
}

/** Two hundred serials of twenty characters, and names. */
const BODY_BYTES = 32 * 1024

/** `GET /v1/labels/products/<gtin>`: what is printed of a product. `POST /v1/labels`: labels, drawn (docs/spec/http.md, Labels). */
export function labelRoutes({ directory, publicUrl, limit }: LabelParts): Router {
  let drawing = false
  const registered = async (gtin: string): Promise<Pick<LabelOrder, 'name' | 'spec'> | undefined> => {
    await directory.refresh()
    return directory.registeredProduct(`https://id.gs1.org/01/${gtin}`)
  }
  return routes()
    .get('/v1/labels/products/:gtin', async (req, res) => {
      const gtin = forLabels(() => gtinOf(String(req.params['gtin'])))
      const { name, spec } = (await registered(gtin)) ?? {}
      res.setHeader('Cache-Control', 'no-store')
      res.json({ gtin, base: publicUrl(), ...(name && { name }), ...(spec && { spec }) })
    })
    .post('/v1/labels', limit, express.json({ limit: BODY_BYTES }), async (req, res) => {
      if (drawing) throw new LedgerError('NODE_BUSY', 'other labels are being drawn')
      drawing = true
      try {
        const request = labelRequest(req.body)
        const asked = templateOf(request.template)
        const template = request.format === 'zpl' ? wholeLabels(asked) : asked
        const gtin = forLabels(() => gtinOf(request.product))
        const known = await registered(gtin)
        const name = request.name ?? known?.name
        if (name === undefined) throw invalid('nobody has registered this product: give it a name')
        const base = publicUrl()
        const order = forLabels(() => labelOrder({ ...request, gtin, base, name, spec: request.spec ?? known?.spec }))
        const zpl = request.format === 'zpl' ? zplOptions(request.dpi) : undefined
        const faces: Face[] = []
        for (const serial of request.serials) {
          const begun = performance.now()
          faces.push(forLabels(() => faceOf(labelOf(order, serial), template.label, request.symbol, zpl?.dots)))
          // As long as it drew, everything else that this node does has its turn.
          await pause(performance.now() - begun)
        }
        res.setHeader('Cache-Control', 'no-store')
        if (zpl !== undefined) {
          attached(res, 'labels.zpl', 'text/plain; charset=utf-8').send(
            faces.map((face) => zplLabel(face, zpl)).join(''),
          )
        } else if (request.format === 'html') {
          const document = htmlPages(
            template,
            pagesOf(template, faces, request),
            request.language,
            name[request.language],
          )
          attached(res, 'labels.html', 'text/html; charset=utf-8').send([...document].join(''))
        } else {
          const symbols = faces[0]!.symbols.map(({ matrix, module }) => ({
            kind: matrix.kind,
            modules: matrix.width,
            moduleUm: Math.round(module * 1000),
            ...(matrix.level !== undefined && { level: matrix.level }),
          }))
          res.json({ template, symbols, pages: pagesOf(template, faces, request) })
        }
      } finally {
        drawing = false
      }
    })
}

function pagesOf(template: Template, faces: readonly Face[], { cuts }: LabelRequest): string[] {
  const perPage = template.columns * template.rows
  const pages: string[] = []
  for (let at = 0; at < faces.length; at += perPage) pages.push(pageSvg(template, faces.slice(at, at + perPage), cuts))
  return pages
}

/** As a file: what was asked for is never run as a page of this node. */
function attached(res: Parameters<RequestHandler>[1], name: string, type: string): typeof res {
  res.setHeader('Content-Type', type)
  res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
  return res
}
