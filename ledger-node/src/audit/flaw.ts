/** The first thing that is not as it must be: where it lies, and which field of it. */
export interface Flaw {
  /** File or address. */
  file: string
  offset?: number
  entry?: number
  field: string
  detail: string
}

/** Ends an audit at its first flaw. */
export class Flawed extends Error {
  override readonly name = 'Flawed'
  readonly flaw: Flaw

  constructor(flaw: Flaw) {
    super(flaw.detail)
    this.flaw = flaw
  }
}

/** A flaw on one line. */
export function describeFlaw({ file, offset, entry, field, detail }: Flaw): string {
  const at = offset === undefined ? '' : ` offset ${offset}`
  const of = entry === undefined ? '' : ` entry ${entry}`
  return `FLAW ${file}${at}${of} field ${field}: ${detail}`
}
