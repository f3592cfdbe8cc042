import { join } from 'node:path'
import type { Moment } from './clock.ts'
import type { DeviceState } from './driver/index.ts'
import { type AgentCode, AgentError, type Fields, type Language, sentence, whyOf } from './error.ts'
import { replaceFile } from './head-file.ts'

/** How the gateway is: the status message, and with a few words more the status file. */
export interface Status {
  state: 'online' | 'offline'
  version: string
  at: string
  outbox: { next: number; acked: number; unsigned: number }
  devices: Record<string, { state: DeviceState; code?: string; why?: string }>
  clock: { source: Moment['source']; uncertaintyMs: number }
  /** Where the enrolment is recorded, if it is known; what is missing without it; in which values the configuration differs from it. */
  enrolment: { entry?: number; missing?: readonly string[]; differs?: readonly string[] }
  errors: Partial<Record<AgentCode, number>>
}

/** The status file: for the machine's own operator, who may know more. */
export interface StatusFile extends Status {
  pid: number
  gateway: string
  /** With what the sentence about it is made of, for whoever reads the file in another language. */
  devices: Record<string, Status['devices'][string] & { fields?: Fields }>
  /** Of the last error of each code, what happened and what to do. */
  last: Partial<Record<AgentCode, { at: string; text: string; fields: Fields }>>
}

export const STATUS_FILE = 'status.json'
/** Changes are written together; a card does not like many small writes. */
const WRITE_MIN_MS = 1000
/** Without a change it is still written now and then: its age says whether the gateway lives. */
const WRITE_MAX_MS = 30_000

/** What health cannot know by itself. */
export interface HealthSources {
  version: string
  gateway: string
  folder: string
  language: Language
  outbox(): Status['outbox']
  now(): Moment
  enrolment(): Status['enrolment']
  /** Something changed. */
  changed(): void
}

/** Counts errors by code and keeps the state of each device. */
export class Health {
  readonly #sources: HealthSources
  readonly #errors = new Map<AgentCode, number>()
  readonly #last = new Map<AgentCode, { at: string; text: string; fields: Fields }>()
  readonly #devices = new Map<string, { state: DeviceState; error?: AgentError | undefined }>()
  #online: boolean = false
  #dirty: boolean = true
  #writtenMs = 0

  constructor(sources: HealthSources, devices: readonly string[]) {
    this.#sources = sources
    for (const device of devices) this.#devices.set(device, { state: 'down' })
  }

  count(error: AgentError): void {
    this.#errors.set(error.code, (this.#errors.get(error.code) ?? 0) + 1)
    this.#last.set(error.code, {
      at: new Date().toISOString(),
      text: sentence(error.code, error.fields, this.#sources.language),
      fields: error.fields,
    })
    this.#change()
  }

  /** A device that is no longer configured, or is configured otherwise. */
  forget(id: string): void {
    this.#devices.delete(id)
    this.#change()
  }

  /** @returns whether this is news */
  device(id: string, state: DeviceState, error?: AgentError): boolean {
    const before = this.#devices.get(id)
    if (before?.state === state && before.error?.code === error?.code) return false
    this.#devices.set(id, { state, error })
    this.#change()
    return true
  }

  online(is: boolean): void {
    this.#online = is
    this.#change()
  }

  get isOnline(): boolean {
    return this.#online
  }

  /** Each device's state, and what is wrong with it. */
  get devices(): ReadonlyMap<string, { state: DeviceState; error?: AgentError | undefined }> {
    return this.#devices
  }

  /** Something else in the status has changed. */
  touch(): void {
    this.#change()
  }

  status(): Status {
    const { version, outbox, now } = this.#sources
    const { source, uncertaintyMs } = now()
    const devices: Status['devices'] = {}
    for (const [id, { state, error }] of this.#devices) {
      devices[id] = { state, ...(error && { code: error.code, why: sentence(error.code, error.fields, 'en') }) }
    }
    return {
      state: this.#online ? 'online' : 'offline',
      version,
      at: new Date().toISOString(),
      outbox: outbox(),
      devices,
      clock: { source, uncertaintyMs },
      enrolment: this.#sources.enrolment(),
      errors: Object.fromEntries(this.#errors),
    }
  }

  /** Writes the status file when it is due. Failing to is told once by the counter, and never stops the gateway. */
  write(nowMs: number, force = false): void {
    const age = nowMs - this.#writtenMs
    if (!force && age < (this.#dirty ? WRITE_MIN_MS : WRITE_MAX_MS)) return
    this.#dirty = false
    this.#writtenMs = nowMs
    const path = join(this.#sources.folder, STATUS_FILE)
    const status = this.status()
    const devices: StatusFile['devices'] = { ...status.devices }
    for (const [id, { error }] of this.#devices)
      if (error && devices[id]) devices[id] = { ...devices[id], fields: error.fields }
    const file: StatusFile = {
      ...status,
      devices,
      pid: process.pid,
      gateway: this.#sources.gateway,
      last: Object.fromEntries(this.#last),
    }
    try {
      replaceFile(path, `${JSON.stringify(file, null, 2)}\n`, false)
    } catch (cause) {
      const error = new AgentError('STATUS_WRITE', { path, why: whyOf(cause) }, { cause })
      this.#errors.set(error.code, (this.#errors.get(error.code) ?? 0) + 1)
    }
  }

  #change(): void {
    this.#dirty = true
    this.#sources.changed()
  }
}
