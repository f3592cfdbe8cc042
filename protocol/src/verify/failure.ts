import { ProtocolError } from '../error.ts'

/** Where a check failed: what the page shows beside the code. */
export type Where = Record<string, string | number>

const places = new WeakMap<ProtocolError, Where>()

/** Runs a step of a check; what it throws is remembered with where it happened. */
export function at<T>(where: Where, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof ProtocolError && !places.has(error)) places.set(error, where)
    throw error
  }
}

export function whereOf(error: ProtocolError): Where | undefined {
  return places.get(error)
}
