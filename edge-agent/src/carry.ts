import type { Args } from './command-line.ts'
import type { AgentConfig } from './config.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { openSigner } from './open-signer.ts'
import { paths } from './paths.ts'
import { recoverAgent } from './recover.ts'

/** Commands that carry the outbox past a network or a lost disk. */
export type Carrying = 'export' | 'import' | 'recover'

export function isCarrying(command: string): command is Carrying {
  return command === 'export' || command === 'import' || command === 'recover'
}

/** Does one of them. @returns what was done @throws AgentError */
export async function carry(command: Carrying, config: AgentConfig, args: Args): Promise<string> {
  const { out, node, operand } = args
  if (command === 'recover') {
    await recoverAgent(config)
    return 'a new outbox is made; the loss is declared when the gateway has run and reached the ledger'
  }
  // Only these commands need them: the running gateway does not carry them.
  if (command === 'import') {
    const { importParcels } = await import('./import.ts')
    const { parcels, recorded, repeated } = await importParcels(operand, node, config.uplink.ca)
    return `${parcels} parcels brought to ${node}: ${recorded} batches recorded, ${repeated} were there before`
  }
  const [{ exportOutbox }, files] = [await import('./export.ts'), paths(config.data)]
  const signer = openSigner(config)
  const { batches, from, parcels, bytes } = await exportOutbox(
    files.outbox,
    new EvidenceFiles(files.evidence),
    signer,
    out,
  )
  return `${batches} batches from number ${from} on, in ${parcels} parcels of ${bytes} bytes: ${out}`
}
