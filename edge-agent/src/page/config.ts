import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { AgentError } from '../error.ts'
import { isPinHash } from './pin.ts'

/** The gateway's own page: where it listens, and what opens it. */
export interface PageConfig {
  host: string
  port: number
  /** What `tristamp-agent pin` printed; without it whoever reaches the page may use it. */
  pin?: string | undefined
  /** Names and addresses, beside its own, by which browsers may ask for it: those of a proxy, or `gate.local`. */
  names: string[]
  /** The ledger's public address, which the page shows beside what is to be carried there. */
  ledger?: string | undefined
  /** The folder of the built pages. */
  files: string
}

/** The page in the file. */
export interface RawPage {
  host: string
  port: number
  pin?: string | undefined
  names: string[]
  ledger?: string | undefined
  files?: string | undefined
}

/** Where the pages of this project are built to. */
export const FILES: string = fileURLToPath(new URL('../../../verifier-web/dist', import.meta.url))

const HOST = 'must be an IP address or localhost'
const PORT = 'must be a whole number from 1 to 65535'
const LEDGER = 'must be the address of a ledger, https://ledger.example'

/** `page:` of the configuration; without it there is no page. */
export const pageSchema: v.GenericSchema<unknown, RawPage> = v.strictObject({
  host: v.optional(
    v.pipe(
      v.string(HOST),
      v.check((host) => host === 'localhost' || isIP(host) !== 0, HOST),
    ),
    '127.0.0.1',
  ),
  port: v.optional(v.pipe(v.number(PORT), v.integer(PORT), v.minValue(1, PORT), v.maxValue(65_535, PORT)), 8090),
  pin: v.optional(
    v.pipe(
      v.string('must be text'),
      v.check(isPinHash, 'must be what `tristamp-agent pin` prints, not the PIN itself'),
    ),
  ),
  names: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('must be text'),
          v.regex(/^[a-z0-9.:-]{1,253}$/, 'must be a host name or address in small letters, without port'),
        ),
        'must be a list of names',
      ),
      v.maxLength(16, 'must name at most 16'),
    ),
    [],
  ),
  ledger: v.optional(
    v.pipe(
      v.string(LEDGER),
      v.regex(/^https?:\/\/[a-z0-9.:[\]-]{1,253}\/?$/, LEDGER),
      v.transform((address) => address.replace(/\/$/, '')),
    ),
  ),
  files: v.optional(v.pipe(v.string('must be a folder'), v.minLength(1, 'must be a folder'))),
})

/** Off this machine only with a PIN. @throws AgentError CONFIG_PAGE */
export function refuseOpenPage(page: PageConfig | undefined): void {
  if (page && page.pin === undefined && !isLoopback(page.host))
    throw new AgentError('CONFIG_PAGE', { host: page.host, port: page.port })
}

/** An address of this machine alone; of IPv6 also in its mapped form. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '')
  return host === 'localhost' || host === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
