import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { MessageKey } from '../i18n/index.ts'
import type { CameraFailure } from '../scan/camera.ts'
import { CameraView } from '../scan/camera-view.tsx'
import { type Code, GOODS_FORMATS } from '../scan/code.ts'
import { Decoder } from '../scan/decoder.ts'
import { bestScanned, isWhole, type Scanned } from '../scanned.ts'
import { FilePicker } from './file-picker.tsx'
import { OtherCode } from './other-code.tsx'
import { useLanguage } from './parts.tsx'
import { inSameLanguage } from './top.tsx'

type Other = Exclude<Scanned, { kind: 'goods' }>

const FAILURES: Record<CameraFailure, MessageKey> = {
  REFUSED: 'scan.refused',
  NONE: 'scan.none',
  BUSY: 'scan.busy',
  BARRED: 'scan.barred',
  INSECURE: 'scan.insecure',
  BLIND: 'scan.blind',
}

/** Looks after the first code, for another on the same pack that says more: a bar code is read from further away than the square beside it. */
const MORE_LOOKS = 4

/** Reading a code here, by camera or from a photo. A code of ours is checked; any other is shown, and followed nowhere. */
export function ScanPart(): VNode {
  const { t } = useLanguage()
  const [scanned, setScanned] = useState<Other | undefined>()
  const [said, setSaid] = useState<MessageKey | undefined>()
  const looked = useRef<{ texts: string[]; looks: number }>({ texts: [], looks: 0 })
  const show = (meant: Scanned): void => {
    if (meant.kind === 'goods') location.assign(inSameLanguage(meant.path))
    else setScanned(meant)
  }
  const look = (codes: readonly Code[]): boolean => {
    const { current } = looked
    for (const { text } of codes) if (!current.texts.includes(text)) current.texts.push(text)
    const best = bestScanned(current.texts, location.host)
    if (best === undefined || (!isWhole(best) && current.looks++ < MORE_LOOKS)) return false
    show(best)
    return true
  }
  const photo = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    setSaid('scan.photo.reading')
    const codes = await codesOfPhoto(file)
    if (codes === undefined) return setSaid('scan.blind')
    const best = bestScanned(
      codes.map(({ text }) => text),
      location.host,
    )
    setSaid(best === undefined ? 'scan.photo.none' : undefined)
    if (best !== undefined) show(best)
  }
  const words = {
    begin: t('scan.begin'),
    stop: t('scan.stop'),
    torch: t('scan.torch'),
    picture: t('scan.camera'),
  }
  return (
    <section class="ask">
      <CameraView
        formats={GOODS_FORMATS}
        words={words}
        onCodes={look}
        onFailure={(failure) => setSaid(failure && FAILURES[failure])}
        onLooking={(looking) => {
          if (!looking) return
          looked.current = { texts: [], looks: 0 }
          setScanned(undefined)
        }}
      />
      <FilePicker id="photo" label={t('scan.photo')} accept="image/*" onPick={([file]) => void photo(file)} />
      <p class="wrong" role="alert">
        {said !== undefined && t(said)}
      </p>
      {scanned !== undefined && <OtherCode scanned={scanned} text={scanned.text} />}
    </section>
  )
}

/** A photo is looked at once, by the best reader that there is; undefined where there is none. */
async function codesOfPhoto(file: File): Promise<Code[] | undefined> {
  const decoder = new Decoder(GOODS_FORMATS)
  try {
    const [image] = await Promise.all([createImageBitmap(file), decoder.ready])
    return decoder.reads ? await decoder.search(image) : undefined
  } catch {
    // No picture at all.
    return []
  }
}
