import type { Enrolment } from '@tristamp/protocol'
import type { AgentConfig } from './config-types.ts'
import { keepEnrolment, sameEnrolment, takeEnrolment } from './enrolment.ts'
import { AgentError, asAgentError } from './error.ts'
import type { Status } from './health.ts'
import { paths } from './paths.ts'
import { nextKeyOf } from './rotation.ts'
import { Signer } from './signer.ts'

/** What enrolment needs of the gateway. */
export interface EnrolmentServices {
  config(): AgentConfig
  /** Of the key that it signs with. */
  kid: Uint8Array
  info(line: string): void
  problem(error: AgentError, key?: string): void
  /** The ledger says something new. */
  enrolled(): void
}

/** What this gateway is enrolled for, and what the ledger says of that while it runs. */
export class EnrolmentDesk {
  readonly #services: EnrolmentServices
  /** The last that was kept. */
  #heard: Enrolment | undefined

  constructor(services: EnrolmentServices) {
    this.#services = services
  }

  /** For the status message. */
  get status(): Status['enrolment'] {
    const { enrolment, missing, differences } = this.#services.config().enrolled
    return {
      ...(enrolment && { entry: enrolment.entry }),
      ...(missing.length > 0 && { missing }),
      ...(differences.length > 0 && { differs: differences.map(({ path }) => path) }),
    }
  }

  /** Says whether this gateway is enrolled, and where its configuration is of another mind. */
  tell(): void {
    const { enrolled } = this.#services.config()
    const { problem } = this.#services
    if (enrolled.enrolment === undefined) {
      problem(notEnrolled(this.#services.config()), 'enrolment')
    }
    for (const difference of enrolled.differences) problem(new AgentError('ENROLMENT_DIFFERS', { ...difference }))
  }

  /** What came over the network as an enrolment. */
  take(payload: Uint8Array): void {
    const config = this.#services.config()
    try {
      const enrolment = takeEnrolment(payload, config, this.#kids(config))
      if (enrolment === undefined || sameEnrolment(this.#heard ?? config.enrolled.enrolment, enrolment)) return
      keepEnrolment(config.data, payload)
      this.#heard = enrolment
      const { station, roles, entry } = enrolment
      this.#services.info(`· enrolled for ${station} (${roles.join(' ')}), entry ${entry}`)
      this.#services.enrolled()
    } catch (thrown) {
      this.#services.problem(asAgentError(thrown), 'enrolment')
    }
  }

  /** Keys of this gateway. */
  #kids(config: AgentConfig): Uint8Array[] {
    const next = nextKeyOf(config)
    return [this.#services.kid, ...(next ? [new Signer(next, config.gateway).kid] : [])]
  }
}

/** What a gateway without an enrolment is told, and what it does meanwhile. */
export function notEnrolled({ enrolled: { missing }, data }: AgentConfig): AgentError {
  const isWaiting = missing.length > 0
  const why = isWaiting ? `without ${missing.join(' and ')} nothing is stamped` : 'stamps are kept until then'
  return new AgentError('NOT_ENROLLED', { request: paths(data).request, why })
}
