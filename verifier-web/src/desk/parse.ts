// Answers of the ledger as they must be. Anything else is no answer: the desk says so, and shows nothing of it.
import { DeskError } from './client.ts'

export type Fields = Record<string, unknown>

/** @throws DeskError SERVER */
export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DeskError('SERVER')
  return value as Fields
}

/** @throws DeskError SERVER */
export function listOf<T>(value: unknown, one: (value: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new DeskError('SERVER')
  return value.map(one)
}

/** @throws DeskError SERVER */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new DeskError('SERVER')
  return value
}

/** @throws DeskError SERVER */
export function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new DeskError('SERVER')
  return value
}

/** What may be left out. */
export function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value)
}
