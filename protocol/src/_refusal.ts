import { type ProtocolCode, ProtocolError } from './error.ts'

/** For tests: the code with which an action is refused, undefined when it is not. Any other error escapes and fails the test. */
export function refusal(action: () => unknown): ProtocolCode | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  return undefined
}

/** The same for a promise. */
export async function refusalOf(promise: Promise<unknown>): Promise<ProtocolCode | undefined> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  return undefined
}

/** The bytes with one bit turned. */
export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const turned = bytes.slice()
  turned[Math.floor(bit / 8)]! ^= 1 << (bit % 8)
  return turned
}
