import { Backoff } from '../backoff.ts'
import { type AgentCode, type AgentError, asAgentError, type Fields } from '../error.ts'
import type { Spectrometer } from '../spectroscopy/spectrometer.ts'
import { addressText, type Link, openLink, type PortAddress } from '../transport/index.ts'
import type { DeviceConfig, DeviceState, Driver, DriverContext, Measurement } from './driver.ts'

/** Where a device's words go. */
export interface DeviceSink {
  now(): number
  emit(device: string, measurement: Measurement): void
  state(device: string, state: DeviceState, error?: AgentError): void
  fault(device: string, error: AgentError): void
  /** An instrument that measures when it is asked; undefined when it is gone. */
  offer?(device: string, spectrometer: Spectrometer | undefined): void
  problem(code: AgentCode, fields: Fields): AgentError
}

/** First and longest pause between attempts to open a line: a replugged cable is back at once, a missing one costs nothing. */
const FIRST_MS = 250
const LONGEST_MS = 10_000

/**
 * Keeps one device going until the signal aborts: opens its line where it needs one, lets the driver speak, and begins again after any end of it.
 * Never rejects: a broken instrument must not stop the others.
 */
export async function supervise<O>(
  driver: Driver<O>,
  device: DeviceConfig,
  options: O,
  sink: DeviceSink,
  signal: AbortSignal,
  open: (device: string, address: PortAddress) => Promise<Link> = openLink,
): Promise<void> {
  const backoff = new Backoff(FIRST_MS, LONGEST_MS)
  while (!signal.aborted) {
    try {
      const speak = await prepare(driver, device, options, open)
      await attend(driver, device, sink, signal, speak, () => backoff.reset())
    } catch (thrown) {
      const error = asAgentError(thrown, 'DEVICE_FAILED', { device: device.id })
      sink.state(device.id, 'down', error)
    }
    if (!signal.aborted) await backoff.wait(signal)
  }
}

/** A session that is ready to begin, and the line that it is on. */
interface Session {
  link?: Link
  run(context: DriverContext, stumbled: (error: unknown) => void): Promise<void>
}

/** What the driver needs: a line is opened, a file is the driver's own to read. */
async function prepare<O>(
  driver: Driver<O>,
  device: DeviceConfig,
  options: O,
  open: (device: string, address: PortAddress) => Promise<Link>,
): Promise<Session> {
  const { id, address } = device
  if (driver.needs === 'file') {
    if (address.kind !== 'file') throw new Error('it needs a file')
    return { run: (context) => driver.session(options, { ...context, file: address.path }) }
  }
  if (address.kind === 'file') throw new Error('it needs a port')
  const link = await open(id, address)
  return {
    link,
    run: (context, stumbled) => driver.session(options, { ...context, link: guarded(link, stumbled) }),
  }
}

/** What a driver throws while it listens ends its session: thrown into the line's own event it would end the whole gateway. */
function guarded(link: Link, stumbled: (error: unknown) => void): Link {
  return {
    closed: link.closed,
    close: () => link.close(),
    write: (bytes) => link.write(bytes),
    ...(link.turn && { turn: link.turn }),
    onData: (listener) =>
      link.onData((chunk) => {
        try {
          listener(chunk)
        } catch (error) {
          stumbled(error)
        }
      }),
  }
}

/** One session, to its end. */
async function attend(
  driver: Pick<Driver<never>, 'gives'>,
  device: DeviceConfig,
  sink: DeviceSink,
  signal: AbortSignal,
  { link, run }: Session,
  onAlive: () => void,
): Promise<void> {
  // Not AbortSignal.any: a gateway opens lines for years, and its result stays tied to the outer signal for as long.
  const ended = new AbortController()
  const end = (): void => ended.abort()
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const { address } = device
  const fields = { device: device.id, port: address.kind === 'file' ? address.path : addressText(address) }
  let lost: boolean = false
  const stumbles: unknown[] = []
  const stumbled = (error: unknown): void => {
    if (stumbles.length === 0) stumbles.push(error)
    end()
  }
  const closed = link?.closed.then((reason) => {
    lost = true
    end()
    if (reason) sink.state(device.id, 'down', reason)
  })
  try {
    const context: DriverContext = {
      device: device.id,
      signal: ended.signal,
      now: () => sink.now(),
      emit(measurement) {
        if (measurement.kind !== 'missing' && measurement.kind !== 'no-fix') onAlive()
        sink.emit(device.id, measurement)
      },
      state(state, code, more) {
        // A line that is gone has the last word; a driver that still ends its sentence has not.
        if (lost) return
        if (state === 'up' && driver.gives === 'scan') onAlive()
        sink.state(device.id, state, code && sink.problem(code, { ...fields, ...more }))
      },
      fault: (code, more) => sink.fault(device.id, sink.problem(code, { ...fields, ...more })),
      offer: (spectrometer) => {
        onAlive()
        sink.offer?.(device.id, spectrometer)
      },
    }
    await run(context, stumbled)
  } finally {
    if (driver.gives === 'spectrum') sink.offer?.(device.id, undefined)
    signal.removeEventListener('abort', end)
    await link?.close()
    await closed
  }
  if (stumbles.length > 0) throw stumbles[0]
}
