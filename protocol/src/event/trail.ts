/**
 * The way from the event down to the value that is looked at. The checks walk it down and up again; its text is only made when
 * there is something to complain about, for most events never.
 */
export class Trail {
  readonly #steps: (string | number)[] = []

  /** Steps down from the event. */
  get depth(): number {
    return this.#steps.length
  }

  /** The name or index of the value that is looked at, or of the nth above it; '' at the event itself. */
  step(above = 0): string | number {
    return this.#steps[this.#steps.length - 1 - above] ?? ''
  }

  down(step: string | number): this {
    this.#steps.push(step)
    return this
  }

  up(): void {
    this.#steps.pop()
  }

  /** `sensorElementList[0].sensorMetadata.deviceID` */
  toString(): string {
    return this.#steps.reduce<string>(
      (path, step) => (typeof step === 'number' ? `${path}[${step}]` : member(path, step)),
      '',
    )
  }
}

/** The path of a member; a name is somebody's text, so only its beginning is repeated. */
// Pages leave out the sentences that it is for: nothing else may keep it.
/* @__NO_SIDE_EFFECTS__ */
export function member(path: string, name: string): string {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name
  return path === '' ? shown : `${path}.${shown}`
}
