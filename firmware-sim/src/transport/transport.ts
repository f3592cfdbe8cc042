/** A line between an instrument and whoever opens its address: an eight-bit clean byte pipe without a notion of time. */
export interface Transport extends AsyncDisposable {
  /** What the agent opens: an absolute path, or `tcp://host:port`. It stays the same over unplug and replug. */
  readonly address: string
  /** Puts bytes on the line. They are lost while the line is unplugged or nobody listens, as on a wire. */
  write(bytes: Uint8Array): void
  /** Pulls the cable: whoever holds the line sees it close, and the address cannot be opened. */
  unplug(): Promise<void>
  replug(): Promise<void>
}

export type TransportKind = 'pty' | 'tcp'

/** Called with the bytes that the agent wrote. */
export type OnBytes = (chunk: Uint8Array) => void
