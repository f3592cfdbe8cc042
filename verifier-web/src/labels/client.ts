// What this page asks its node for (docs/spec/http.md, Labels). No secret is among it.

export interface Text {
  zh: string
  en: string
}

export interface Order {
  product: string
  name?: Text
  lot?: string
  expiry?: string
  serials: string[]
  template: string
  symbol: 'qr' | 'datamatrix' | 'both'
  language: 'zh' | 'en'
  cuts: boolean
}

/** How labels lie on a page, mm. */
export interface Grid {
  width: number
  height: number
  columns: number
  rows: number
  label: { width: number; height: number }
  left: number
  top: number
  stepX: number
  stepY: number
}

export interface Sheets {
  template: Grid
  symbols: { kind: 'qr' | 'datamatrix'; modules: number; moduleUm: number; level?: string }[]
  /** Each a picture (SVG). */
  pages: string[]
}

/** Why not: a code of the node, or OFFLINE. */
export interface Refusal {
  code: string
  detail: string
}

export interface Product {
  gtin: string
  base: string
  name?: Text
}

const TRIES = 10
const AGAIN_MS = 1000

export const isRefusal = (answer: object): answer is Refusal => 'code' in answer

export async function askProduct(product: string): Promise<Product | Refusal> {
  const answer = await ask(`/v1/labels/products/${encodeURIComponent(product)}`)
  return answer instanceof Response ? ((await answer.json()) as Product) : answer
}

export async function drawSheets(order: Order): Promise<Sheets | Refusal> {
  const answer = await post(order, 'pages')
  return answer instanceof Response ? ((await answer.json()) as Sheets) : answer
}

/** The same labels as a file. */
export async function labelFile(order: Order, format: 'html' | 'zpl'): Promise<Blob | Refusal> {
  const answer = await post(order, format)
  return answer instanceof Response ? await answer.blob() : answer
}

async function post(order: Order, format: string): Promise<Response | Refusal> {
  const body = JSON.stringify({ ...order, format })
  for (let tries = 1; ; tries++) {
    const answer = await ask('/v1/labels', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    // A node draws for one after the other.
    if (answer instanceof Response || answer.code !== 'NODE_BUSY' || tries === TRIES) return answer
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response | Refusal> {
  try {
    const response = await fetch(path, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' })
    if (response.ok) return response
    const { code, detail } = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown }
    return { code: typeof code === 'string' ? code : `HTTP_${response.status}`, detail: String(detail ?? '') }
  } catch {
    return { code: 'OFFLINE', detail: '' }
  }
}
