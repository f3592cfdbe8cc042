import { SCAN_REGIONS } from '@tristamp/protocol'
import type { MessageKey } from '../i18n/index.ts'

/** A province by its ISO 3166-2 code. */
export type Province = MessageKey extends infer Key ? (Key extends `seen.province.${infer Code}` ? Code : never) : never

export const PROVINCES = SCAN_REGIONS.filter((region) => region.startsWith('CN-')) as readonly Province[]

/** Whether a region is a province, and so has a name in the page's words; the others are time zones. */
export function isProvince(region: string): region is Province {
  return (PROVINCES as readonly string[]).includes(region)
}
