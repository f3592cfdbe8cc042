import type { AgentConfig } from './config-types.ts'
import { openKey } from './key-store.ts'
import { paths } from './paths.ts'
import { Signer } from './signer.ts'

/** The file that is there when the gateway has its key: the key itself, or the public half of one that is kept elsewhere. */
export function keyPath({ key, data }: Pick<AgentConfig, 'key' | 'data'>): string {
  const files = paths(data)
  return key.type === 'file' ? files.key : files.publicKey
}

/** The gateway's key as it is configured. @throws AgentError KEY_MISSING, KEY_MODE, KEY_MALFORMED */
export function openSigner(config: AgentConfig): Signer {
  return new Signer(openKey(config.key, keyPath(config)), config.gateway)
}
