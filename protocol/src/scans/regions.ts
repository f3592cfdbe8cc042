import { metresApart, type Point } from '../finding/distance.ts'

// Where a code was looked at, as coarsely as can be said: a province by its ISO 3166-2 code, or the time zone that a browser names (IANA).

/** Degrees of the middle, and kilometres from there to the farthest corner: both rounded, so that nothing is nearer than it looks. */
type Row = readonly [name: string, lat: number, lon: number, radiusKm: number]

const ROWS: readonly Row[] = [
  ['CN-AH', 31.8, 117.2, 350],
  ['CN-BJ', 40.2, 116.4, 120],
  ['CN-CQ', 30.1, 107.9, 320],
  ['CN-FJ', 26.1, 118, 320],
  ['CN-GD', 23.4, 113.4, 480],
  ['CN-GS', 37.8, 101.5, 950],
  ['CN-GX', 23.8, 108.8, 450],
  ['CN-GZ', 26.9, 106.9, 380],
  ['CN-HA', 33.9, 113.5, 390],
  ['CN-HB', 31, 112.3, 430],
  ['CN-HE', 39.4, 116.2, 430],
  ['CN-HI', 19.2, 109.7, 250],
  ['CN-HK', 22.4, 114.2, 40],
  ['CN-HL', 47.8, 127.8, 650],
  ['CN-HN', 27.6, 111.7, 410],
  ['CN-JL', 43.7, 126.2, 470],
  ['CN-JS', 32.9, 119.4, 340],
  ['CN-JX', 27.6, 115.7, 360],
  ['CN-LN', 41.3, 122.6, 370],
  ['CN-MO', 22.2, 113.5, 10],
  ['CN-NM', 44.1, 113.9, 1450],
  ['CN-NX', 37.3, 106.2, 270],
  ['CN-QH', 35.7, 96, 680],
  ['CN-SC', 30.6, 102.7, 620],
  ['CN-SD', 36.4, 118.1, 440],
  ['CN-SH', 31.2, 121.5, 80],
  ['CN-SN', 35.2, 108.9, 480],
  ['CN-SX', 37.6, 112.3, 390],
  ['CN-TJ', 39.3, 117.4, 110],
  ['CN-TW', 23.8, 121, 260],
  ['CN-XJ', 41.1, 85.2, 1080],
  ['CN-XZ', 31.7, 88.4, 1000],
  ['CN-YN', 25, 101.5, 550],
  ['CN-ZJ', 29.1, 120.1, 320],
  // Time zones: whole countries, so that only the far ones tell two places apart.
  ['Asia/Shanghai', 34.5, 104, 2900],
  ['Asia/Urumqi', 41.1, 85.2, 1080],
  ['Asia/Hong_Kong', 22.4, 114.2, 40],
  ['Asia/Macau', 22.2, 113.5, 10],
  ['Asia/Taipei', 23.8, 121, 260],
  ['Asia/Tokyo', 36, 138, 1700],
  ['Asia/Seoul', 36.4, 127.8, 420],
  ['Asia/Singapore', 1.35, 103.8, 40],
  ['Asia/Bangkok', 13.5, 101, 900],
  ['Asia/Ho_Chi_Minh', 16, 107, 950],
  ['Asia/Jakarta', -5, 106, 1300],
  ['Asia/Kuala_Lumpur', 4, 108, 1300],
  ['Asia/Manila', 12.5, 122, 1100],
  ['Asia/Kolkata', 22.5, 80, 2000],
  ['Asia/Dubai', 24, 54.5, 400],
  ['Asia/Almaty', 48, 67, 1700],
  ['Europe/Moscow', 56, 42, 1900],
  ['Europe/Istanbul', 39, 35, 950],
  ['Europe/Berlin', 51, 10.4, 520],
  ['Europe/Paris', 46.6, 2.5, 650],
  ['Europe/Rome', 42.5, 12.5, 800],
  ['Europe/Madrid', 40, -3.7, 700],
  ['Europe/London', 54.5, -3.5, 650],
  ['America/New_York', 37, -79, 2000],
  ['America/Chicago', 38, -93, 1900],
  ['America/Los_Angeles', 40, -119, 1200],
  ['America/Sao_Paulo', -20, -47, 1900],
  ['Africa/Cairo', 26.5, 30, 850],
  ['Africa/Lagos', 9, 8, 850],
  ['Africa/Johannesburg', -29, 25, 1100],
  ['Australia/Sydney', -32.5, 147, 900],
  ['Pacific/Auckland', -41, 173, 1000],
]

const POINTS: ReadonlyMap<string, Point> = new Map(
  ROWS.map(([name, lat, lon, km]) => [
    name,
    { latE7: Math.round(lat * 1e7), lonE7: Math.round(lon * 1e7), accuracyM: km * 1000 },
  ]),
)

/** Every region that is told apart. */
export const SCAN_REGIONS: readonly string[] = ROWS.map(([name]) => name)

/** A region as a page or a proxy names it; undefined for what is none of the table: nothing else is kept. */
export function scanRegion(text: unknown): string | undefined {
  return typeof text === 'string' && POINTS.has(text) ? text : undefined
}

/** Metres that lie between two regions at least: 0 where they touch, where one is the other's country, or where one is unknown. */
export function regionsApart(a: string | undefined, b: string | undefined): number {
  const [from, to] = [POINTS.get(a ?? ''), POINTS.get(b ?? '')]
  return from === undefined || to === undefined ? 0 : metresApart(from, to)
}
