import { streamSeed, uniform, wobble } from '../random.ts'

// Made-up spectra of foods. The bands are where such foods have theirs (carotenoids and chlorophyll below 700 nm, overtones of C–H, O–H and N–H above 900 nm), the
// heights are invented: good for trying instruments, models and gateways, and for nothing that is said about real food.

/** A bell-shaped absorption: where (nm), how wide (nm), how high. */
type Band = readonly [centre: number, width: number, height: number]

interface Food {
  bands: readonly Band[]
  /** Absorbance of what scatters and of the vessel. */
  base: number
  /** How much the height of a band, the base and the tilt differ from sample to sample of the same food. */
  variety: number
}

const FOODS: Readonly<Record<string, Food>> = {
  'olive-oil': food(
    0.08,
    0.08,
    '415 30 0.75, 455 22 0.6, 483 18 0.45, 535 15 0.05, 610 15 0.06, 670 14 0.35, 930 25 0.16, 1210 30 0.5, 1390 35 0.28, 1720 30 0.8',
  ),
  'sunflower-oil': food(
    0.07,
    0.08,
    '420 30 0.12, 450 25 0.06, 930 25 0.15, 1180 24 0.22, 1210 30 0.4, 1390 35 0.25, 1680 18 0.18, 1720 30 0.7',
  ),
  'milk-powder': food(
    0.12,
    0.05,
    '430 45 0.16, 925 30 0.1, 1210 35 0.25, 1450 45 0.4, 1510 35 0.22, 1580 40 0.2, 1730 35 0.3',
  ),
  maltodextrin: food(0.05, 0.05, '930 40 0.05, 1205 45 0.2, 1440 60 0.6, 1580 60 0.3'),
  melamine: food(0.05, 0.03, '1010 20 0.2, 1320 25 0.1, 1470 14 0.9, 1490 10 0.7, 1520 14 0.5'),
}

/** @param bands centre, width and height of each, as text: a line for each food can be read */
function food(base: number, variety: number, bands: string): Food {
  const band = (text: string): Band => {
    const [centre = 0, width = 0, height = 0] = text.split(' ').map(Number)
    return [centre, width, height]
  }
  return { bands: bands.split(', ').map(band), base, variety }
}

/** What is in front of an instrument: nothing, the white standard, or a food, with so much of another in it. */
export type Sample = 'none' | 'white' | { food: string; adulterant?: { food: string; share: number } }

/** `none`, `white`, `olive-oil`, `olive-oil+10%sunflower-oil`; undefined for anything else. */
export function parseSample(text: string): Sample | undefined {
  if (text === 'none' || text === 'white') return text
  const [, food = '', percent, other = ''] = /^([a-z-]+)(?:\+(\d{1,2}(?:\.\d)?)%([a-z-]+))?$/.exec(text) ?? []
  if (!Object.hasOwn(FOODS, food)) return undefined
  if (percent === undefined) return { food }
  return Object.hasOwn(FOODS, other) ? { food, adulterant: { food: other, share: Number(percent) / 100 } } : undefined
}

export const foods: readonly string[] = Object.keys(FOODS)

/** Reflectance at a wavelength (nm), 0 to about 1. @param batch which sample of that food it is: each is a little different */
export function reflectanceOf(sample: Sample, batch: number, nm: number): number {
  if (sample === 'none') return 0.02
  if (sample === 'white') return 1
  const { food, adulterant } = sample
  const own = absorbance(food, batch, nm)
  const mixed =
    adulterant === undefined
      ? own
      : own * (1 - adulterant.share) + absorbance(adulterant.food, batch, nm) * adulterant.share
  // How thick it lies and how it scatters changes from filling to filling.
  const seed = streamSeed(batch, 'filling')
  const thick = 1 + 0.06 * wobble(seed, 1)
  const tilt = (0.03 * wobble(seed, 2) * (nm - 700)) / 500
  return 10 ** -(mixed * thick + tilt)
}

function absorbance(name: string, batch: number, nm: number): number {
  const { bands, base, variety } = FOODS[name]!
  const seed = streamSeed(batch, name)
  let total = base * (1 + variety * wobble(seed, 0))
  for (const [i, [centre, width, height]] of bands.entries()) {
    const apart = (nm - centre) / width
    total += height * (1 + variety * wobble(seed, i + 1)) * Math.exp((-apart * apart) / 2)
  }
  return total
}

/** A number for each sample that is shown, so that a scenario replays the same. */
export function batchOf(seed: number, shown: number): number {
  return Math.floor(uniform(seed, shown) * 2 ** 31)
}
