/** Closes what a test's set-up opened, in this order; a set-up that failed has not opened all of it. */
export async function closeAll(...opened: (AsyncDisposable | undefined)[]): Promise<void> {
  for (const one of opened) await one?.[Symbol.asyncDispose]()
}
