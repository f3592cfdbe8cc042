import type { Frame } from './code.ts'

/** Along the longer side: a symbol of 85 modules over half of it still has seven points for each. More only costs time. */
const MOST = 1280
/** A photo is looked at once, and the code may be small in it. */
const MOST_STILL = 2400

/** How a picture is held before it is read. */
export interface Hold {
  /** Degrees: bars are read along lines that are level or upright, or nearly. */
  turn?: number
  /** The middle of the picture alone, as much larger: codes that are small or far. */
  zoom?: number
}

let canvas: HTMLCanvasElement | undefined

/** The points of a picture; undefined while the camera has given none. */
export function pixelsOf(frame: Frame, { turn = 0, zoom = 1 }: Hold = {}): ImageData | undefined {
  const video = frame instanceof HTMLVideoElement
  const [width, height] = video ? [frame.videoWidth, frame.videoHeight] : [frame.width, frame.height]
  if (width === 0 || height === 0) return undefined
  const scale = Math.min(1, (video ? MOST : MOST_STILL) / Math.max(width, height))
  canvas ??= document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return undefined
  context.translate(canvas.width / 2, canvas.height / 2)
  context.rotate((turn * Math.PI) / 180)
  context.scale(scale * zoom, scale * zoom)
  context.drawImage(frame, -width / 2, -height / 2)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}
