import type { Frame } from './code.ts'

/** Along the longer side: a symbol of 85 modules over half of it still has seven points for each. More only costs time. */
const MOST = 1280
/** A photo is looked at once, and the code may be small in it. */
const MOST_STILL = 2400

let canvas: HTMLCanvasElement | undefined

/** The points of a picture; undefined while the camera has given none. */
export function pixelsOf(frame: Frame): ImageData | undefined {
  const video = frame instanceof HTMLVideoElement
  const [width, height] = video ? [frame.videoWidth, frame.videoHeight] : [frame.width, frame.height]
  if (width === 0 || height === 0) return undefined
  const scale = Math.min(1, (video ? MOST : MOST_STILL) / Math.max(width, height))
  canvas ??= document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(frame, 0, 0, canvas.width, canvas.height)
  return context?.getImageData(0, 0, canvas.width, canvas.height)
}
