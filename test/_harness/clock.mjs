// Loaded into a program before its own code (`node --import`), never part of it: its calendar clock is wrong by as many milliseconds as the file
// at CLOCK says now. Timers go on as they do when somebody sets a machine's clock. `clock.ts` writes the file.
import { readFileSync } from 'node:fs'

const RealDate = Date

function shifted() {
  return RealDate.now() + Number(readFileSync(process.env.CLOCK, 'utf8'))
}

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [shifted()] : parts))
  }

  static now() {
    return shifted()
  }
}
