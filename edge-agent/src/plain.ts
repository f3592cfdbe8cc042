import { isIP } from 'node:net'
import type { AgentConfig } from './config-types.ts'
import { AgentError } from './error.ts'

export function isTls(url: string): boolean {
  return new URL(url).protocol === 'mqtts:'
}

/** To another machine only over TLS, or told in so many words not to: the password would be there to read. @throws AgentError CONFIG_PLAIN */
export function refusePlain({ uplink: { url, plain } }: AgentConfig): void {
  if (!plain && !isTls(url) && !isLoopback(new URL(url).hostname)) throw new AgentError('CONFIG_PLAIN', { url })
}

/** A name may change its address, so of names only `localhost` is one. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}
