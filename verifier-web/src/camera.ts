// The browser's own reader of codes. Present and without formats means absent: on phones without Google's services it is an empty shell.

export interface Detector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

const FORMATS = ['qr_code', 'data_matrix', 'ean_13', 'ean_8', 'upc_a', 'code_128']
const EVERY_MS = 150

export async function detectorHere(): Promise<Detector | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass }
  if (BarcodeDetector === undefined) return undefined
  try {
    const supported = await BarcodeDetector.getSupportedFormats()
    const formats = FORMATS.filter((format) => supported.includes(format))
    return formats.length === 0 ? undefined : new BarcodeDetector({ formats })
  } catch {
    return undefined
  }
}

/** A camera that looks for a code. */
export interface Looking {
  torch: ((on: boolean) => Promise<void>) | undefined
  /** The first code that was read; undefined when it was stopped before. The camera is off by then: it heats the phone. */
  read: Promise<string | undefined>
  stop(): void
}

/** Opens the rear camera into `video`. @throws DOMException where there is none or the reader refuses it */
export async function lookInto(video: HTMLVideoElement, detector: Detector): Promise<Looking> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 } },
    audio: false,
  })
  const [track] = stream.getVideoTracks()
  let looking = true
  const stop = (): void => {
    looking = false
    for (const one of stream.getTracks()) one.stop()
    video.srcObject = null
  }
  video.srcObject = stream
  await video.play()
  const read = async (): Promise<string | undefined> => {
    while (looking) {
      const [found] = await detector.detect(video).catch(() => [])
      if (found !== undefined && looking) {
        stop()
        return found.rawValue
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return undefined
  }
  const hasTorch = track !== undefined && 'torch' in (track.getCapabilities?.() ?? {})
  const torch = (on: boolean): Promise<void> =>
    track!.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] })
  return { torch: hasTorch ? torch : undefined, read: read(), stop }
}
