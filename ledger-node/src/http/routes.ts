import { Router } from 'express'

/** A router that takes an address as it is spelt: whatever looks at paths beside it sees the same resources. */
export function routes(): Router {
  return Router({ caseSensitive: true })
}
