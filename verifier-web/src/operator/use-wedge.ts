import { useEffect, useRef } from 'preact/hooks'
import { Wedge } from './wedge.ts'

const WRITES = 'input, textarea, select, [contenteditable]'
const ACTS = 'a, button, summary, [tabindex]'

/** Listens to a scanner in keyboard mode for as long as the page is there. What is written into a field stays there. */
export function useWedge(onScan: (text: string) => void): void {
  const latest = useRef(onScan)
  latest.current = onScan
  useEffect(() => {
    const wedge = new Wedge()
    const down = (event: KeyboardEvent): void => {
      const target = event.target as Element
      if (event.isComposing || target.closest(WRITES) || document.querySelector('dialog[open]:not(.lock)')) {
        wedge.reset()
        return
      }
      const { key, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event
      const result = wedge.press({ key, ctrl, alt, meta }, target.closest(ACTS) === null, event.timeStamp)
      if (result === undefined) return
      event.preventDefault()
      event.stopPropagation()
      if (result !== 'taken') latest.current(result.scan)
    }
    const up = (event: KeyboardEvent): void => wedge.release(event.key)
    document.addEventListener('keydown', down, true)
    document.addEventListener('keyup', up, true)
    return () => {
      document.removeEventListener('keydown', down, true)
      document.removeEventListener('keyup', up, true)
    }
  }, [])
}
