/**
 * A device's firmware without its wires: bytes in, frames out, and the moment at which it next has something to say.
 * Times are monotonic milliseconds of the wire, never scenario time.
 */
export interface Device {
  /** Takes bytes that the host sent. */
  receive(chunk: Uint8Array, nowMs: number): void
  /** When `transmit` is next worth calling; undefined while the device has nothing to say. */
  due(): number | undefined
  /** The frames that go on the wire now, oldest first; empty before `due`. Of a file: its whole content. */
  transmit(nowMs: number): Uint8Array[]
  /** A host has opened the connection (TCP instruments that greet their client). */
  connected?(nowMs: number): void
}

/** What a thermometer feels: thousandths of a degree Celsius and of a percent relative humidity. */
export interface Air {
  milliC: number
  milliRh: number
}

/** Where a receiver stands and how it moves. Degrees (WGS 84), metres, knots, degrees from true north. */
export interface Position {
  lat: number
  lon: number
  altitudeM: number
  knots: number
  course: number
}
