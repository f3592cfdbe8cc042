/** Keeps the page itself on the device, so that it opens without a connection. Where the browser keeps nothing, it works as well, online. */
export async function keepShell(): Promise<void> {
  try {
    await navigator.serviceWorker?.register('/sw.js')
  } catch {
    // Storage denied, or a page without https: nothing is lost but this.
  }
}
