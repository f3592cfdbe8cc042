/** A line of counts as the path of a 100 × 28 drawing, broken where nobody counted; `gaps`: those stretches. */
export function lineOf(values: readonly (number | null)[]): { path: string; gaps: { x: number; width: number }[] } {
  const step = 100 / Math.max(1, values.length - 1)
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  let path = ''
  let pen = false
  const gaps: { x: number; width: number }[] = []
  values.forEach((value, i) => {
    const x = i * step
    if (value === null) {
      const last = gaps.at(-1)
      if (!pen && last !== undefined && i > 0) last.width = Math.min(100, x + step) - last.x
      else gaps.push({ x, width: Math.min(step, 100 - x) })
      pen = false
      return
    }
    path += `${pen ? 'L' : 'M'}${round(x)} ${round(25 - (22 * value) / most)}`
    pen = true
  })
  return { path, gaps: gaps.map(({ x, width }) => ({ x: round(x), width: round(width) })) }
}

const round = (n: number): number => Math.round(10 * n) / 10
