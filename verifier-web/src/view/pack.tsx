import type { VNode } from 'preact'
import type { MessageKey } from '../i18n/index.ts'
import { inFours } from '../in-fours.ts'
import type { Pack } from '../product.ts'
import { useLanguage } from './parts.tsx'
import { PackPicture, UnknownPicture } from './picture.tsx'

function Fours({ label, text }: { label: MessageKey; text: string }): VNode {
  const { t } = useLanguage()
  return (
    <div class="wide">
      <dt>{t(label)}</dt>
      <dd class="code">
        {inFours(text).map((four, i) => (
          <i key={i}>{four}</i>
        ))}
      </dd>
    </div>
  )
}

function Title({ pack, proven }: { pack: Pack; proven: boolean }): VNode {
  const { t, pick } = useLanguage()
  if (!proven) {
    return (
      <div>
        <h2>{t('pack.unknown')}</h2>
        <p>{t('pack.code-only')}</p>
      </div>
    )
  }
  return (
    <div>
      <h2>{pack.name === undefined ? t('pack.unnamed') : pick(pack.name)}</h2>
      <p>
        {pack.spec !== undefined && pick(pack.spec)}
        {pack.spec !== undefined && pack.maker !== undefined && <br />}
        {pack.maker !== undefined &&
          t('pack.maker', { place: pick(pack.maker.name), address: pick(pack.maker.address) })}
      </p>
    </div>
  )
}

/** 2: what to compare with the pack in the reader's hand. `proven` says whether any of it comes from checked records. */
export function PackPart({ pack, proven }: { pack: Pack; proven: boolean }): VNode {
  const { t, format } = useLanguage()
  return (
    <section class="s pack" id="pack">
      <div class="id">
        {proven ? <PackPicture /> : <UnknownPicture />}
        <Title pack={pack} proven={proven} />
      </div>
      <dl class="same num">
        {pack.sscc === undefined && (
          <>
            <div>
              <dt>{t('pack.lot')}</dt>
              <dd class={pack.lot === undefined ? '' : 'code'}>{pack.lot ?? t('pack.see-pack')}</dd>
            </div>
            <div>
              <dt>{t('pack.use-by')}</dt>
              <dd>{pack.useBy === undefined ? t('pack.see-pack') : format.date(pack.useBy)}</dd>
            </div>
          </>
        )}
        {pack.serial !== undefined && <Fours label="pack.serial" text={pack.serial} />}
        {pack.sscc !== undefined && <Fours label="pack.sscc" text={pack.sscc} />}
        {pack.serial === undefined && pack.sscc === undefined && pack.gtin !== undefined && (
          <Fours label="pack.gtin" text={pack.gtin} />
        )}
      </dl>
      {pack.serial === undefined && pack.sscc === undefined && pack.gtin !== undefined && (
        <p class="note one">{t(pack.lot === undefined ? 'pack.of-product' : 'pack.of-lot')}</p>
      )}
    </section>
  )
}
