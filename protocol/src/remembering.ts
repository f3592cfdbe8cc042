/** Longer arguments are not kept: with them the bound on numbers would be no bound on memory. */
const MAX_LENGTH = 512

/**
 * The same function, with its last answers kept, for a pure function of a text whose arguments recur: the same places, devices
 * and goods stand in every event of a gateway. When `most` are kept all are forgotten, which costs one more reading of each.
 */
export function remembering<T>(read: (text: string) => T, most: number): (text: string) => T {
  const answers = new Map<string, T>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = read(text)
    if (text.length > MAX_LENGTH) return answer
    if (answers.size >= most) answers.clear()
    answers.set(text, answer)
    return answer
  }
}
