import type { VNode } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Camera, CameraError, type CameraFailure, openCamera, watch } from './camera.ts'
import type { Code, CodeFormat } from './code.ts'
import { Decoder } from './decoder.ts'

export interface CameraWords {
  begin: string
  stop: string
  torch: string
  /** What the picture is, for whoever does not see it. */
  picture: string
}

export interface CameraViewProps {
  formats: readonly CodeFormat[]
  words: CameraWords
  /** Points along a picture's width that are asked for. */
  width?: number
  /** The codes of one picture, if any; true when that was enough, and the camera goes off. */
  onCodes: (codes: Code[]) => boolean
  onFailure: (failure: CameraFailure | undefined) => void
  /** Before the first picture, and when there are no more. */
  onLooking?: (looking: boolean) => void
}

/** A button that opens the camera, its picture, and the light where it has one. */
export function CameraView({ formats, words, width, onCodes, onFailure, onLooking }: CameraViewProps): VNode {
  const video = useRef<HTMLVideoElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const torch = useRef<HTMLButtonElement>(null)
  const decoder = useRef<Decoder>(undefined)
  const [camera, setCamera] = useState<Camera | undefined>()
  const [opening, setOpening] = useState(false)
  const [lit, setLit] = useState(false)
  // The loop outlives a redraw; it asks whoever is there then.
  const take = useRef(onCodes)
  take.current = onCodes
  useLayoutEffect(() => (camera === undefined ? undefined : untilGone(camera)), [camera])
  const begin = async (): Promise<void> => {
    if (opening) return
    onFailure(undefined)
    setOpening(true)
    try {
      decoder.current ??= new Decoder(formats)
      const reader = decoder.current
      const opened = await openCamera(video.current!, width)
      // The page has gone on meanwhile.
      if (video.current === null) return opened.stop()
      setCamera(opened)
      setOpening(false)
      video.current.scrollIntoView({ block: 'nearest' })
      onLooking?.(true)
      // Whoever tries again asks for a reader again.
      void reader.ready.then(() => {
        if (reader.reads) return
        decoder.current = undefined
        opened.stop()
      })
      await watch(opened, reader, (codes) => {
        if (take.current(codes)) opened.stop()
      })
      if (decoder.current === undefined) throw new CameraError('BLIND')
      if (opened.lost) throw new CameraError('BUSY')
    } catch (thrown) {
      onFailure(thrown instanceof CameraError ? thrown.failure : 'BUSY')
    }
    // The light's button goes: whoever was on it would be nowhere.
    if (torch.current !== null && torch.current === document.activeElement) button.current?.focus()
    setOpening(false)
    setCamera(undefined)
    setLit(false)
    onLooking?.(false)
  }
  const light = async (): Promise<void> => {
    await camera?.torch?.(!lit).then(
      () => setLit(!lit),
      // It was taken back by the system: the button stays as it was.
      () => undefined,
    )
  }
  return (
    <>
      <video ref={video} class="camera" hidden={camera === undefined} muted playsInline aria-label={words.picture} />
      <p class="act">
        <button
          ref={button}
          type="button"
          class="btn solid"
          // One that is disabled would lose the focus.
          aria-disabled={opening}
          onClick={() => (camera === undefined ? void begin() : camera.stop())}
        >
          {camera === undefined ? words.begin : words.stop}
        </button>
        {camera?.torch !== undefined && (
          <button ref={torch} type="button" class="btn" aria-pressed={lit} onClick={() => void light()}>
            {words.torch}
          </button>
        )}
      </p>
    </>
  )
}

/** Off when the page is hidden, left or redrawn without it, and by Escape. */
function untilGone(camera: Camera): () => void {
  const { stop } = camera
  const hidden = (): void => {
    if (document.hidden) stop()
  }
  const byKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') stop()
  }
  document.addEventListener('visibilitychange', hidden)
  document.addEventListener('keydown', byKey)
  window.addEventListener('pagehide', stop)
  hidden()
  return () => {
    stop()
    document.removeEventListener('visibilitychange', hidden)
    document.removeEventListener('keydown', byKey)
    window.removeEventListener('pagehide', stop)
  }
}
