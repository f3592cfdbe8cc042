import { closeSync, openSync, writeSync } from 'node:fs'
import bwip from 'bwip-js/node'
import QRCode from 'qrcode'
import { randomFrom } from '../_harness/random.ts'

/** Dark modules by row, and how many of paper must be around them. */
export interface Drawn {
  quiet: number
  width: number
  height: number
  isDark(x: number, y: number): boolean
}

/** A symbol, and where it stands in a picture. */
export interface Placed {
  symbol: Drawn
  /** Points of a module. */
  scale: number
  /** Radians. */
  angle?: number
  /** Points that it is off the middle. */
  dx?: number
  dy?: number
}

/** What is in one frame; an empty wall where nothing is. */
export type Scene = readonly Placed[]

export interface ClipOptions {
  width?: number
  height?: number
  /** Frames a second, as the browser plays them, round and round. */
  fps?: number
  /** Grey levels of noise. */
  noise?: number
  seed?: number
}

const [WALL, PAPER, INK] = [120, 215, 35]

/**
 * Writes what a camera would see as YUV4MPEG2, which Chromium plays by `--use-file-for-fake-video-capture`, round and round. The same seed writes
 * the same clip.
 */
export function writeClip(file: string, scenes: readonly Scene[], options: ClipOptions = {}): void {
  const { width = 640, height = 480, fps = 10, noise = 12, seed = 1 } = options
  const random = randomFrom(seed)
  const grey = new Uint8Array((width * height) / 2).fill(128)
  const fd = openSync(file, 'w')
  writeSync(fd, `YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)
  for (const scene of scenes) {
    const light = filmed(scene, width, height, () => (random() - 0.5) * 2 * noise)
    writeSync(fd, 'FRAME\n')
    writeSync(fd, light)
    writeSync(fd, grey)
  }
  closeSync(fd)
}

/** What stands before a camera as grey levels, row by row. */
export function filmed(scene: Scene, width: number, height: number, noise: () => number): Uint8Array {
  const light = new Uint8Array(width * height).fill(WALL)
  for (const placed of scene) draw(placed, light, width)
  for (const [at, level] of light.entries()) light[at] = Math.max(0, Math.min(255, level + noise()))
  return light
}

function draw({ symbol, scale, angle = 0, dx = 0, dy = 0 }: Placed, light: Uint8Array, width: number): void {
  const { width: w, height: h, quiet, isDark } = symbol
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [midX, midY] = [width / 2 + dx, light.length / width / 2 + dy]
  for (let at = 0; at < light.length; at++) {
    const [x, y] = [(at % width) + 0.5 - midX, Math.floor(at / width) + 0.5 - midY]
    const u = Math.floor((cos * x + sin * y) / scale + w / 2)
    const v = Math.floor((cos * y - sin * x) / scale + h / 2)
    if (u < -quiet || v < -quiet || u >= w + quiet || v >= h + quiet) continue
    light[at] = u >= 0 && v >= 0 && u < w && v < h && isDark(u, v) ? INK : PAPER
  }
}

export function qrSymbol(text: string): Drawn {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const { size, data } = modules
  return { quiet: 4, width: size, height: size, isDark: (x, y) => data[y * size + x] === 1 }
}

/** Any symbol of bwip-js: `gs1datamatrix`, `ean13` … Bars are a third as high as they are long. */
export function drawnSymbol(bcid: string, text: string): Drawn {
  const [drawn] = bwip.raw({ bcid, text }) as { pixs?: number[]; pixx?: number; pixy?: number; sbs?: number[] }[]
  if (drawn?.pixs !== undefined) {
    const { pixs, pixx = 0, pixy = 0 } = drawn
    return { quiet: 4, width: pixx, height: pixy, isDark: (x, y) => pixs[y * pixx + x] === 1 }
  }
  // Widths of bars and spaces in turn, the first a bar.
  const bars = (drawn?.sbs ?? []).flatMap((width, i) => Array.from({ length: width }, () => i % 2 === 0))
  return { quiet: 12, width: bars.length, height: Math.ceil(bars.length / 3), isDark: (x) => bars[x] === true }
}
