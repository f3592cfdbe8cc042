// A camera that is looked through: opened, lit, and off as soon as it has done its work, for it heats the phone.
import type { Code } from './code.ts'
import type { Decoder } from './decoder.ts'

/** Why nothing is seen. BARRED: this browser gives pages no camera. INSECURE: none does to a page that came without https. BLIND: what reads codes did not arrive. */
export type CameraFailure = 'REFUSED' | 'NONE' | 'BUSY' | 'BARRED' | 'INSECURE' | 'BLIND'

export class CameraError extends Error {
  override readonly name = 'CameraError'
  readonly failure: CameraFailure

  constructor(failure: CameraFailure, options?: ErrorOptions) {
    super(failure, options)
    this.failure = failure
  }
}

export interface Camera {
  video: HTMLVideoElement
  /** Switches the light; undefined where the track has none. */
  torch: ((on: boolean) => Promise<void>) | undefined
  readonly on: boolean
  /** Whether it went off by itself: unplugged, or taken by a call. */
  readonly lost: boolean
  stop(): void
}

/** At least this long between two looks, and as long as the last look took: half of the time is the page's own. */
const LEAST_MS = 60

/** A camera that gives no picture for as long gives none. */
const FIRST_PICTURE_MS = 15_000

/** Opens the rear camera into `video`. @throws CameraError */
export async function openCamera(video: HTMLVideoElement, width = 1280): Promise<Camera> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices }
  if (mediaDevices?.getUserMedia === undefined) throw new CameraError(isSecureContext ? 'BARRED' : 'INSECURE')
  const stream = await mediaDevices
    .getUserMedia({ video: { facingMode: 'environment', width: { ideal: width } }, audio: false })
    .catch((cause: unknown) => {
      throw new CameraError(failureOf(cause), { cause })
    })
  const [track] = stream.getVideoTracks()
  let on = true
  let lost = false
  const stop = (): void => {
    on = false
    for (const one of stream.getTracks()) one.stop()
    video.srcObject = null
  }
  // Not fired by a stop of our own.
  track?.addEventListener('ended', () => {
    lost = true
    stop()
  })
  video.srcObject = stream
  try {
    await within(FIRST_PICTURE_MS, video.play())
  } catch (cause) {
    stop()
    throw new CameraError('BUSY', { cause })
  }
  const hasTorch = track !== undefined && 'torch' in (track.getCapabilities?.() ?? {})
  const torch = (lit: boolean): Promise<void> =>
    track!.applyConstraints({ advanced: [{ torch: lit } as MediaTrackConstraintSet] })
  return {
    video,
    torch: hasTorch ? torch : undefined,
    stop,
    get on() {
      return on
    },
    get lost() {
      return lost
    },
  }
}

/** Looks until the camera is stopped, and gives the codes of each picture, also when there are none. */
export async function watch(camera: Camera, decoder: Decoder, saw: (codes: Code[]) => void): Promise<void> {
  while (camera.on) {
    const began = performance.now()
    const codes = await decoder.decode(camera.video)
    if (camera.on) saw(codes)
    await new Promise((resolve) => setTimeout(resolve, Math.max(LEAST_MS, performance.now() - began)))
  }
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no picture')), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function failureOf(thrown: unknown): CameraFailure {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'NONE'
    case 'NotReadableError':
    case 'AbortError':
      return 'BUSY'
    default:
      return 'REFUSED'
  }
}
