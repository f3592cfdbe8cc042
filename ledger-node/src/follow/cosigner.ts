import { fromUtf8, ProtocolError, parseAddCheckpoint, type VerifierKey, type VerifySync } from '@tristamp/protocol'
import type { Cosigner, WitnessAnswer } from '../witness/witness.ts'
import { type Claim, claimsOf } from './claim.ts'
import { Difference } from './difference.ts'
import type { Follower } from './follower.ts'

/** A log publishes after a second; what comes later than this comes too late. */
const WAIT_MS = 800

/** A witness that for its leader's log cosigns only what it has reproduced: the whole ledger, not just that it grew. */
export class FollowingCosigner implements Cosigner {
  readonly #witness: Cosigner
  readonly #follower: Follower
  readonly #key: VerifierKey
  readonly #claims: (note: string) => Promise<Claim>

  constructor(witness: Cosigner, follower: Follower, key: VerifierKey, verify: VerifySync) {
    this.#witness = witness
    this.#follower = follower
    this.#key = key
    this.#claims = claimsOf(key, verify)
  }

  get vkey(): string {
    return this.#witness.vkey
  }

  latest(originHash: string): string | undefined {
    return this.#witness.latest(originHash)
  }

  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const claim = await this.#claimIn(body)
    // What is malformed, another log's or not signed is the witness's to refuse.
    if (claim === undefined) return this.#witness.addCheckpoint(body)
    switch (await this.#follower.vouch(claim, WAIT_MS)) {
      case 'same':
        return this.#witness.addCheckpoint(body)
      case 'behind':
        return answer(503, `not reproduced yet; ask again`)
      case 'refused':
        return answer(422, `${this.#follower.divergence?.code ?? 'FOLLOW_FORK'}: this follower does not cosign`)
    }
  }

  async #claimIn(body: Uint8Array): Promise<Claim | undefined> {
    try {
      const { claim, checkpoint } = parseAddCheckpoint(fromUtf8(body))
      return claim.origin === this.#key.name ? await this.#claims(checkpoint) : undefined
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof Difference) return undefined
      throw error
    }
  }
}

function answer(status: 422 | 503, why: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${why}\n` }
}
