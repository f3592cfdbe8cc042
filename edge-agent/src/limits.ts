import type { Limits } from './config-types.ts'

/** Whether temperatures from `minMilliC` to `maxMilliC` leave what the station allows. */
export function breaks(limits: Limits | undefined, minMilliC: number, maxMilliC: number): boolean {
  return limits !== undefined && (minMilliC < limits.minMilliC || maxMilliC > limits.maxMilliC)
}

/** Watches one thermometer and tells when the limits are broken and when they are kept again; each crossing once. */
export class LimitWatch {
  readonly #limits: Limits
  #broken: boolean = false

  constructor(limits: Limits) {
    this.#limits = limits
  }

  take(milliC: number): 'broken' | 'kept' | undefined {
    const broken = breaks(this.#limits, milliC, milliC)
    if (broken === this.#broken) return undefined
    this.#broken = broken
    return broken ? 'broken' : 'kept'
  }
}
