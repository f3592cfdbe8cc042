import { averaged, type Calibration, type Reference, type Spectrum } from '@tristamp/protocol'
import { isoTime } from '../stamp.ts'
import type { Identity, Scan, Spectrometer } from './spectrometer.ts'

/** Dark and white, taken together, and what they were taken with: of another setting they are worth nothing. */
export interface References {
  identity: Identity
  dark: Reference
  white: Reference
}

/** So many scans, and when the last of them was taken. */
async function scans(spectrometer: Spectrometer, count: number, lit: boolean, nowMs: () => number): Promise<Taken> {
  const taken: Scan[] = []
  for (let i = 0; i < count; i++) taken.push(await spectrometer.scan(lit))
  return { taken, at: isoTime(nowMs()) }
}

interface Taken {
  taken: Scan[]
  at: string
}

/** The white standard is in front: first with the lamps off, then with them on. @throws AgentError DEVICE_* */
export async function takeReferences(
  spectrometer: Spectrometer,
  count: number,
  validMs: number,
  nowMs: () => number,
): Promise<References> {
  const reference = async (lit: boolean): Promise<Reference> => {
    const { taken, at } = await scans(spectrometer, count, lit, nowMs)
    const until = isoTime(Date.parse(at) + validMs)
    return { at, until, counts: averaged(taken.map(({ counts }) => counts)).map(Math.round) }
  }
  return { identity: spectrometer.identity, dark: await reference(false), white: await reference(true) }
}

/** The sample is in front. @throws AgentError DEVICE_* */
export async function takeSpectrum(
  spectrometer: Spectrometer,
  count: number,
  { device, references, calibration }: { device: string; references: References; calibration: Calibration | undefined },
  nowMs: () => number,
): Promise<Spectrum> {
  const { taken, at } = await scans(spectrometer, count, true, nowMs)
  const { identity } = spectrometer
  const { dark, white } = references
  const temperaturesMilliC = taken.at(-1)?.temperaturesMilliC
  return {
    type: 'TristampSpectrum',
    version: 1,
    device,
    ...identity,
    // Of another instrument or setting they are none.
    ...(sameIdentity(references.identity, identity) && { dark, white }),
    scans: taken.map(({ counts }) => counts),
    at,
    ...(calibration !== undefined && { calibration }),
    ...(temperaturesMilliC && { temperaturesMilliC }),
  }
}

function sameIdentity(a: Identity, b: Identity): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
