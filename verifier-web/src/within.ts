/** `AbortSignal.timeout`, which phones that stopped at the systems of 2021 do not have. */
export function within(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}
