import * as v from 'valibot'

/** Where a model keeps its values, and how it writes them. */
export interface Profile {
  fn: 3 | 4
  address: number
  /** Place of each value among the registers that are read, from 0. Without `humidity` the model measures temperature alone. */
  temperature: number
  humidity?: number | undefined
  /** Thousandths of a degree or percent in one unit of the register. */
  milliPerUnit: number
  /** Below zero: two's complement, or value − 10000 on some clones. */
  negative: 'twos-complement' | 'minus-10000'
  /** Holding registers that the model adds to what it measures, in the same unit, two's complement: temperature, then humidity. */
  corrections?: { address: number } | undefined
}

export type ProfileName = 'xy-md02' | 'lth01' | 'kincony-sht30'

/** Models that were seen. Another one is a line here, or an object of the same shape in the configuration. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  'xy-md02': {
    fn: 4,
    address: 1,
    temperature: 0,
    humidity: 1,
    milliPerUnit: 100,
    negative: 'twos-complement',
    corrections: { address: 0x0103 },
  },
  lth01: { fn: 3, address: 0, temperature: 0, humidity: 1, milliPerUnit: 100, negative: 'twos-complement' },
  'kincony-sht30': { fn: 4, address: 0, temperature: 0, humidity: 1, milliPerUnit: 100, negative: 'minus-10000' },
}

const names = Object.keys(PROFILES) as ProfileName[]
const register = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))
const place = v.pipe(register, v.maxValue(9))

export const profileSchema: v.GenericSchema<unknown, ProfileName | Profile> = v.union(
  [
    v.picklist(names),
    v.strictObject({
      fn: v.picklist([3, 4]),
      address: register,
      temperature: place,
      humidity: v.optional(place),
      milliPerUnit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
      negative: v.optional(v.picklist(['twos-complement', 'minus-10000']), 'twos-complement'),
      corrections: v.optional(v.strictObject({ address: register })),
    }),
  ],
  `must be ${names.join(', ')}, or {fn, address, temperature, humidity, milliPerUnit, negative, corrections}`,
)

export function profileOf(chosen: ProfileName | Profile): Profile {
  return typeof chosen === 'string' ? PROFILES[chosen] : chosen
}
