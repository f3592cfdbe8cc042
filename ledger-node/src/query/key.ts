import { type AdmissionState, type KeyState, toBase64Url, toHex } from '@tristamp/protocol'

/** What anyone may know of a key: where its chain stands, and what it may sign. */
export interface KeyView {
  kid: string
  kind: KeyState['kind']
  status: KeyState['status']
  /** Why it is suspended or revoked. */
  reason?: string
  uri: string
  /** The next statement's seq and prev (base64url). */
  nextSeq: number
  prev: string
  org?: string
  gateway?: string
  station?: string
  roles?: readonly string[]
}

export function keyView(key: KeyState): KeyView {
  const { kid, kind, status, reason, uri, nextSeq, prev, org, gateway, station, roles } = key
  return {
    kid: toBase64Url(kid),
    kind,
    status,
    ...(reason !== undefined && { reason }),
    uri,
    nextSeq,
    prev: toBase64Url(prev),
    ...(org !== undefined && { org }),
    ...(gateway !== undefined && { gateway }),
    ...(station !== undefined && { station }),
    ...(kind === 'gateway' && { roles }),
  }
}

export function findKey(state: AdmissionState, kid: Uint8Array): KeyView | undefined {
  const key = state.keys.get(toHex(kid))
  return key && keyView(key)
}

export function gatewayKeys(state: AdmissionState): KeyState[] {
  return [...state.keys.values()].filter((key) => key.kind === 'gateway')
}
