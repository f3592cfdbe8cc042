import { readFileSync, statSync } from 'node:fs'
import { ENROLMENT_BYTES, type Enrolment, equal, openEnrolment, verifyOnNode } from '@tristamp/protocol'
import type { AgentConfig, Difference, Enrolled, FileShape, GatewayConfig, Limits } from './config-types.ts'
import { AgentError, whyOf } from './error.ts'
import { replaceFile } from './head-file.ts'
import { nodeCrypto } from './key-file.ts'
import { paths } from './paths.ts'

const verify = verifyOnNode(nodeCrypto)

/** The enrolment that was picked up before. A file that cannot be used is as none: the ledger tells it again. */
export function readEnrolment({ data, gateway, uplink }: AgentConfig): Enrolment | undefined {
  const path = paths(data).enrolment
  try {
    if (statSync(path).size > ENROLMENT_BYTES) return undefined
    const enrolment = openEnrolment(new Uint8Array(readFileSync(path)), uplink.ledgerKey, verify)
    return isFor(enrolment, gateway) ? enrolment : undefined
  } catch {
    return undefined
  }
}

/** Keeps it, for the next start without a network. @throws AgentError DATA_DENIED */
export function keepEnrolment(data: string, bytes: Uint8Array): void {
  const path = paths(data).enrolment
  try {
    replaceFile(path, bytes, true)
  } catch (cause) {
    throw new AgentError('DATA_DENIED', { path, why: whyOf(cause) }, { cause })
  }
}

/**
 * What came over the network as an enrolment of this gateway: for one of its keys, and no older than what is known.
 * @returns undefined when there is nothing new in it @throws AgentError ENROLMENT_REFUSED
 */
export function takeEnrolment(
  bytes: Uint8Array,
  { gateway, uplink, enrolled }: AgentConfig,
  kids: readonly Uint8Array[],
): Enrolment | undefined {
  let enrolment: Enrolment
  try {
    enrolment = openEnrolment(bytes, uplink.ledgerKey, verify)
  } catch (cause) {
    throw new AgentError('ENROLMENT_REFUSED', { why: whyOf(cause) }, { cause })
  }
  if (!isFor(enrolment, gateway))
    throw new AgentError('ENROLMENT_REFUSED', { why: `it is for ${enrolment.org}/${enrolment.gateway}` })
  if (!kids.some((kid) => equal(kid, enrolment.kid)))
    throw new AgentError('ENROLMENT_REFUSED', { why: 'it is for another key than this gateway has' })
  const known = enrolled.enrolment
  // A broker in between may show an old one again.
  if (known !== undefined && enrolment.treeSize < known.treeSize) return undefined
  return enrolment
}

/** Whether two enrolments say the same of the gateway. */
export function sameEnrolment(a: Enrolment | undefined, b: Enrolment): boolean {
  const text = (enrolment: Enrolment | undefined): string => {
    const { treeSize: _size, ...rest } = enrolment ?? { treeSize: 0 }
    return JSON.stringify(rest, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    )
  }
  return text(a) === text(b)
}

function isFor({ org, gateway }: Enrolment, own: Pick<GatewayConfig, 'org' | 'id'>): boolean {
  return org === own.org && gateway === own.id
}

/** What the file leaves to the enrolment, and where the two differ. What can be signed is for the ledger to say; the zone and the place are the file's. */
export function withEnrolment(
  { gateway, stations, place }: FileShape,
  enrolment: Enrolment | undefined,
): {
  gateway: GatewayConfig
  enrolled: Enrolled
  limitsOf(given: Limits | { product: string } | undefined): Limits | undefined
} {
  const differences: Difference[] = []
  const missing: string[] = []
  const differ = (path: string, given: string | undefined, enrolled: string | undefined): void => {
    if (given !== undefined && enrolled !== undefined && given !== enrolled) differences.push({ path, given, enrolled })
  }
  const names = (roles: readonly string[] | undefined): string | undefined => roles && [...roles].sort().join(' ')
  differ('gateway.uri', gateway.uri, enrolment?.uri)
  differ('gateway.station', gateway.station, enrolment?.station)
  differ('gateway.roles', names(gateway.roles), names(enrolment?.roles))
  differ('gateway.zone', gateway.zone, enrolment?.place?.zone)
  if (enrolment === undefined && gateway.station === undefined) missing.push('gateway.station')
  if (enrolment === undefined && gateway.roles === undefined) missing.push('gateway.roles')
  const isPositioned = enrolment?.place?.latE7 !== undefined
  if (place.source === 'enrolment' && enrolment !== undefined && !isPositioned)
    differences.push({ path: 'place', given: 'enrolment', enrolled: '–' })
  const products = new Map(enrolment?.products?.map((product) => [product.product, product]))
  for (const [i, { limits }] of stations.entries()) {
    if (enrolment === undefined || limits === undefined || !('product' in limits) || products.has(limits.product))
      continue
    differences.push({ path: `stations[${i}].limits`, given: limits.product, enrolled: '–' })
  }
  const { org, id, uri } = gateway
  return {
    gateway: {
      org,
      id,
      uri: enrolment?.uri ?? uri,
      // Nothing is stamped while it is missing: the gateway itself stands for it in the meantime.
      station: enrolment?.station ?? gateway.station ?? uri,
      roles: [...(enrolment?.roles ?? gateway.roles ?? [])],
      zone: gateway.zone ?? enrolment?.place?.zone ?? 'UTC',
    },
    enrolled: { enrolment, missing, differences },
    limitsOf: (given) => {
      if (given === undefined || !('product' in given)) return given
      const product = products.get(given.product)
      return product && { minMilliC: product.minMilliC, maxMilliC: product.maxMilliC }
    },
  }
}
