/** Those who wait until something holds, and look again whenever it may. */
export class Waiters {
  readonly #looks = new Set<() => void>()

  /** Until it holds, or for so many ms. */
  async wait(holds: () => boolean, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(clock)
        this.#looks.delete(look)
        resolve()
      }
      const look = (): void => {
        if (holds()) end()
      }
      const clock = setTimeout(end, ms)
      this.#looks.add(look)
      look()
    })
  }

  /** Something has changed. */
  wake(): void {
    for (const look of this.#looks) look()
  }
}
