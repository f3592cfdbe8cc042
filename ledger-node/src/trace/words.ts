/** Steps and units by number; there are few, and a stranger's beyond what fits are not told apart. */
export class Words {
  readonly all: string[]
  readonly #numbers: Map<string, number>

  constructor(all: string[] = ['']) {
    this.all = all
    this.#numbers = new Map(all.map((word, number) => [word, number]))
  }

  at(number: number): string {
    return this.all[number]!
  }

  numberOf(word = ''): number {
    const known = this.#numbers.get(word)
    if (known !== undefined) return known
    if (this.all.length === 0xffff) return 0
    const number = this.all.push(word) - 1
    this.#numbers.set(word, number)
    return number
  }
}
