import type { Position } from './device.ts'

/** One sentence with its checksum: the exclusive or of the characters between `$` and `*`, two hexadecimal digits (NMEA 0183 §5.3.1). */
export function sentence(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

/** Quality of a fix as GGA reports it. */
export interface FixQuality {
  satellites: number
  hdop: number
}

/** GGA: time of day, position, quality. Without a fix the fields are empty, as receivers send them. */
export function gga(talker: string, timeMs: number, at: Position | undefined, quality: FixQuality): string {
  if (!at) return sentence(`${talker}GGA,,,,,,0,00,99.99,,,,,,`)
  const satellites = String(quality.satellites).padStart(2, '0')
  const where = `${angle(at.lat, 2, 'N', 'S')},${angle(at.lon, 3, 'E', 'W')}`
  return sentence(
    `${talker}GGA,${timeOfDay(timeMs)},${where},1,${satellites},${quality.hdop.toFixed(2)},${at.altitudeM.toFixed(1)},M,0.0,M,,`,
  )
}

/** RMC: validity, position, speed, course and the date that GGA lacks. */
export function rmc(talker: string, timeMs: number, at: Position | undefined): string {
  if (!at) return sentence(`${talker}RMC,,V,,,,,,,,,,N`)
  const where = `${angle(at.lat, 2, 'N', 'S')},${angle(at.lon, 3, 'E', 'W')}`
  const course = at.knots > 0.5 ? at.course.toFixed(2) : ''
  return sentence(`${talker}RMC,${timeOfDay(timeMs)},A,${where},${at.knots.toFixed(3)},${course},${date(timeMs)},,,A`)
}

/** `hhmmss.ss`, UTC. */
function timeOfDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 22).replaceAll(':', '')
}

/** `ddmmyy`, UTC. */
function date(timeMs: number): string {
  const [year, month, day] = new Date(timeMs).toISOString().slice(2, 10).split('-')
  return `${day}${month}${year}`
}

/** `ddmm.mmmmm,N`: whole degrees, then minutes. Works in 1e-5 minutes so that rounding cannot make 60 minutes. */
function angle(degrees: number, digits: number, positive: string, negative: string): string {
  const units = Math.round(Math.abs(degrees) * 60 * 1e5)
  const whole = Math.floor(units / (60 * 1e5))
  const minutes = ((units - whole * 60 * 1e5) / 1e5).toFixed(5).padStart(8, '0')
  return `${String(whole).padStart(digits, '0')}${minutes},${degrees < 0 ? negative : positive}`
}
