import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { askProduct, isRefusal, type Order, type Product } from '../client.ts'
import { MOST, type SerialChoice, serialsOf } from '../serials.ts'
import { type Key, useWords } from '../words/index.ts'
import { Check, Choice, Field } from './fields.tsx'

export interface Asked {
  order: Order
  /** Where the node's codes lead. */
  base: string
  sealed: boolean
}

type Known = { is: 'none' | 'wrong' | 'offline' } | { is: 'unknown' | 'known'; product: Product }

const TEMPLATES = ['a4-3x8', 'a4-4x10', 'a4-2x7', 'letter-3x10', 'letter-2x5', '50x30', '60x40'] as const
const SYMBOLS = ['qr', 'datamatrix', 'both'] as const
const WAYS = ['random', 'range', 'list'] as const
const LANGUAGES = ['zh', 'en'] as const
/** Typing has stopped. */
const PAUSE_MS = 300

export function OrderForm({ busy, onMake }: { busy: boolean; onMake: (asked: Asked) => void }): VNode {
  const { t, lang, pick } = useWords()
  const [product, setProduct] = useState('')
  const known = useProduct(product)
  const [name, setName] = useState('')
  const [lot, setLot] = useState('')
  const [expiry, setExpiry] = useState('')
  const [way, setWay] = useState<(typeof WAYS)[number]>('random')
  const [fields, setFields] = useState({ count: '24', from: '0001', to: '0024', prefix: '', list: '' })
  const [template, setTemplate] = useState<(typeof TEMPLATES)[number]>('a4-3x8')
  const [symbol, setSymbol] = useState<(typeof SYMBOLS)[number]>('qr')
  const [printed, setPrinted] = useState<(typeof LANGUAGES)[number]>(lang === 'zh' ? 'zh' : 'en')
  const [cuts, setCuts] = useState(true)
  const [sealed, setSealed] = useState(false)
  const [wrong, setWrong] = useState(false)
  const set = (field: Partial<typeof fields>): void => setFields({ ...fields, ...field })
  const submit = (event: Event): void => {
    event.preventDefault()
    if (busy || (known.is !== 'known' && known.is !== 'unknown')) return
    const serials = serialsOf({ way, ...fields } as SerialChoice)
    setWrong(serials === undefined)
    if (serials === undefined) return
    const { gtin, base } = known.product
    const order: Order = {
      product: gtin,
      serials,
      template,
      symbol,
      cuts,
      language: printed,
      ...(known.is === 'unknown' && { name: { zh: name.trim(), en: name.trim() } }),
      ...(lot.trim() !== '' && { lot: lot.trim() }),
      ...(expiry !== '' && { expiry }),
    }
    onMake({ order, base, sealed })
  }
  return (
    <form class="order" onSubmit={submit}>
      <fieldset class="what">
        <Field id="product" label={t('product')} value={product} onInput={setProduct} required maxLength={200} />
        <p class={known.is === 'wrong' ? 'hint t-stop' : 'hint'} id="product-note" aria-live="polite">
          {known.is === 'known' &&
            t('product.known', { name: known.product.name === undefined ? '' : pick(known.product.name) })}
          {known.is !== 'known' && known.is !== 'none' && t(`product.${known.is}`)}
        </p>
        {known.is === 'unknown' && (
          <Field id="name" label={t('name')} value={name} onInput={setName} required maxLength={100} />
        )}
        <div class="pair">
          <Field id="lot" label={t('lot')} value={lot} onInput={setLot} maxLength={20} />
          <Field id="expiry" label={t('expiry')} value={expiry} onInput={setExpiry} type="date" />
        </div>
      </fieldset>
      <fieldset class="what">
        <Choice
          legend={t('serials')}
          name="way"
          values={WAYS}
          value={way}
          onChoose={setWay}
          word={(w) => t(`serials.${w}`)}
        />
        {way === 'random' && (
          <Field
            id="count"
            label={t('count')}
            value={fields.count}
            onInput={(count) => set({ count })}
            type="number"
            max={MOST}
          />
        )}
        {way === 'range' && (
          <>
            <div class="pair">
              <Field
                id="from"
                label={t('from')}
                value={fields.from}
                onInput={(from) => set({ from })}
                inputMode="numeric"
              />
              <Field id="to" label={t('to')} value={fields.to} onInput={(to) => set({ to })} inputMode="numeric" />
              <Field
                id="prefix"
                label={t('prefix')}
                value={fields.prefix}
                onInput={(prefix) => set({ prefix })}
                maxLength={15}
              />
            </div>
            <p class="hint">{t('range.note')}</p>
          </>
        )}
        {way === 'list' && (
          <>
            <label for="list">{t('list')}</label>
            <textarea
              id="list"
              rows={5}
              value={fields.list}
              onInput={(event) => set({ list: event.currentTarget.value })}
            />
          </>
        )}
        <p class="hint t-stop" role="alert">
          {wrong && t('bad.serials')}
        </p>
      </fieldset>
      <fieldset class="what">
        <label for="template">{t('template')}</label>
        <select
          id="template"
          value={template}
          onChange={(event) => setTemplate(event.currentTarget.value as (typeof TEMPLATES)[number])}
        >
          {TEMPLATES.map((one) => (
            <option key={one} value={one}>
              {t(`template.${one}` as Key)}
            </option>
          ))}
        </select>
        <Choice
          legend={t('symbol')}
          name="symbol"
          values={SYMBOLS}
          value={symbol}
          onChoose={setSymbol}
          word={(s) => t(`symbol.${s}`)}
        />
        <Choice
          legend={t('printed')}
          name="printed"
          values={LANGUAGES}
          value={printed}
          onChoose={setPrinted}
          word={(one) => (one === 'zh' ? '中文' : 'English')}
        />
        <Check id="cuts" label={t('cuts')} checked={cuts} onChange={setCuts} />
        <Check id="sealed" label={t('sealed')} checked={sealed} onChange={setSealed} note={t('sealed.note')} />
      </fieldset>
      <button type="submit" class="btn solid" disabled={busy}>
        {t('make')}
      </button>
    </form>
  )
}

/** What the node has registered under what was typed, once it may be a product. */
function useProduct(typed: string): Known {
  const [known, setKnown] = useState<Known>({ is: 'none' })
  const asked = useRef('')
  useEffect(() => {
    const product = typed.trim()
    asked.current = product
    if (!/^(\d{8}|\d{12,14}|https?:\/\/.+)$/.test(product)) {
      setKnown({ is: 'none' })
      return
    }
    const timer = setTimeout(() => {
      void askProduct(product).then((answer) => {
        if (asked.current !== product) return
        if (isRefusal(answer)) setKnown({ is: answer.code === 'OFFLINE' ? 'offline' : 'wrong' })
        else setKnown({ is: answer.name === undefined ? 'unknown' : 'known', product: answer })
      })
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return known
}
