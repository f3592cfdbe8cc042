import { createInterface } from 'node:readline'
import { hashPin, isPin } from './pin.ts'

/**
 * `tristamp-agent pin`: reads a PIN from standard input, never from the command line, where others could see it, and prints what `page.pin` is to be.
 * @returns the hash, or undefined where it is no PIN
 */
export async function readPinHash(input: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input })) return isPin(line.trim()) ? hashPin(line.trim()) : undefined
  return undefined
}
