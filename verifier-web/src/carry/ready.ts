/** Whether this page opens without a network: its parts lie on the phone, or are on their way, or will never. */
export type Ready = 'yes' | 'no' | 'never'

const WORKER = '/carry-sw.js'
const SCOPE = '/carry'

/** Keeps the page on the phone and tells how far that is. */
export async function keepPage(tell: (ready: Ready) => void): Promise<void> {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer }
  if (serviceWorker === undefined) return tell('never')
  try {
    const registration = await serviceWorker.register(WORKER, { scope: SCOPE })
    const worker = registration.active ?? registration.waiting ?? registration.installing
    const look = (): void => tell(registration.active !== null ? 'yes' : 'no')
    worker?.addEventListener('statechange', look)
    look()
  } catch {
    // Without a network a page that is kept is still kept.
    const kept = await serviceWorker.getRegistration(SCOPE).catch(() => undefined)
    tell(kept?.active != null ? 'yes' : 'never')
  }
}
