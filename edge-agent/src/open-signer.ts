import type { AgentConfig, KeyConfig } from './config-types.ts'
import { isKeyOf, openKey } from './key-store.ts'
import { paths } from './paths.ts'
import { Signer } from './signer.ts'

/** The file that is there when the gateway has its key: the key itself, or the public half of one that is kept elsewhere. */
export function keyPath({ key, data }: Pick<AgentConfig, 'key' | 'data'>): string {
  const files = paths(data)
  return key.type === 'file' ? files.key : files.publicKey
}

/** After a rotation the file may still say `key` for the one before: the remembered public half tells whose it is. */
function configOf({ key, nextKey }: AgentConfig, path: string): KeyConfig {
  return key.type !== 'file' && isKeyOf(nextKey, path) ? nextKey : key
}

/** The gateway's key as it is configured. @throws AgentError KEY_MISSING, KEY_MODE, KEY_MALFORMED */
export function openSigner(config: AgentConfig): Signer {
  const path = keyPath(config)
  return new Signer(openKey(configOf(config, path), path), config.gateway)
}
