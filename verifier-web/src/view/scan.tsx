import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Detector, detectorHere, type Looking, lookInto } from '../camera.ts'
import type { MessageKey } from '../i18n/index.ts'
import { type Scanned, scannedOf } from '../scanned.ts'
import { FilePicker } from './file-picker.tsx'
import { useLanguage } from './parts.tsx'
import { inSameLanguage } from './top.tsx'

type Other = Exclude<Scanned, { kind: 'goods' }>

/** Reading a code here, by camera or from a photo, where the browser can. A code of ours is checked; any other is shown, and followed nowhere. */
export function ScanPart(): VNode | null {
  const { t } = useLanguage()
  const [detector, setDetector] = useState<Detector | undefined>()
  const [scanned, setScanned] = useState<Other | undefined>()
  const [said, setSaid] = useState<MessageKey | undefined>()
  useEffect(() => void detectorHere().then((found) => setDetector(() => found)), [])
  if (detector === undefined) return null
  const take = (text: string | undefined): void => {
    setSaid(undefined)
    if (text === undefined) return
    const meant = scannedOf(text, location.host)
    if (meant.kind === 'goods') location.assign(inSameLanguage(meant.path))
    else setScanned(meant)
  }
  const photo = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const codes = await createImageBitmap(file)
      .then((image) => detector.detect(image))
      .catch(() => [])
    take(codes[0]?.rawValue)
    if (codes[0] === undefined) setSaid('scan.photo.none')
  }
  return (
    <section class="ask">
      <Camera detector={detector} onRead={take} onRefused={() => setSaid('scan.refused')} />
      <FilePicker id="photo" label={t('scan.photo')} accept="image/*" onPick={([file]) => void photo(file)} />
      <p class="wrong" role="alert">
        {said !== undefined && t(said)}
      </p>
      {scanned !== undefined && <Shown scanned={scanned} />}
    </section>
  )
}

interface CameraProps {
  detector: Detector
  onRead: (text: string | undefined) => void
  onRefused: () => void
}

function Camera({ detector, onRead, onRefused }: CameraProps): VNode {
  const { t } = useLanguage()
  const video = useRef<HTMLVideoElement>(null)
  const [looking, setLooking] = useState<Looking | undefined>()
  const [lit, setLit] = useState(false)
  useEffect(() => () => looking?.stop(), [looking])
  const begin = async (): Promise<void> => {
    try {
      const begun = await lookInto(video.current!, detector)
      setLooking(begun)
      onRead(await begun.read)
    } catch {
      onRefused()
    }
    setLooking(undefined)
    setLit(false)
  }
  return (
    <>
      <video
        ref={video}
        class="camera"
        hidden={looking === undefined}
        muted
        playsInline
        aria-label={t('scan.camera')}
      />
      <p class="act">
        <button type="button" class="btn solid" onClick={() => (looking === undefined ? void begin() : looking.stop())}>
          {t(looking === undefined ? 'scan.begin' : 'scan.stop')}
        </button>
        {looking?.torch !== undefined && (
          <button
            type="button"
            class="btn"
            aria-pressed={lit}
            onClick={() => void looking.torch?.(!lit).then(() => setLit(!lit))}
          >
            {t('scan.torch')}
          </button>
        )}
      </p>
    </>
  )
}

/** A code that is not ours, in its own letters. */
function Shown({ scanned }: { scanned: Other }): VNode {
  const { t } = useLanguage()
  const path = scanned.kind === 'foreign' ? scanned.path : undefined
  return (
    <div class="other" role="status">
      <p>{scanned.kind === 'foreign' ? t('scan.foreign', { host: scanned.host }) : t('scan.text')}</p>
      <p class="code">{scanned.text}</p>
      {path !== undefined && (
        <a class="btn" href={inSameLanguage(path)}>
          {t('scan.here')}
        </a>
      )}
    </div>
  )
}
