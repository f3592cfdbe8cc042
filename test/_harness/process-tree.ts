import { readdirSync, readFileSync } from 'node:fs'

/** All that a process started, and what those started, as process ids. Empty where there is no /proc. */
export function descendants(pid: number): number[] {
  const parents = new Map(processes().map((id) => [id, parentOf(id)]))
  const found = [pid]
  // Grows while it is walked through, until nobody has any of it as a parent.
  for (const parent of found) for (const [id, of] of parents) if (of === parent) found.push(id)
  return found.slice(1)
}

/** Whether it still runs: a process that waits only for its parent's word does not. */
export function isRunning(pid: number): boolean {
  return !['', 'Z', 'X'].includes(statOf(pid).state)
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function parentOf(pid: number): number {
  return statOf(pid).parent
}

/** proc(5): `pid (name) state ppid …`; a name may hold anything, even parentheses. */
function statOf(pid: number): { state: string; parent: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return { state: '', parent: 0 }
  }
}
