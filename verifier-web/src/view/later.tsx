import type { ComponentType, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { arriving } from '../incomplete.ts'

/** A part that is loaded when something of it is to be shown, and until then is nothing. */
export function Later<Props extends object>({
  load,
  props,
}: {
  load: () => Promise<ComponentType<Props>>
  props: Props
}): VNode | null {
  const [Part, setPart] = useState<{ part: ComponentType<Props> } | undefined>()
  useEffect(() => {
    let shown = true
    void arriving(load, load()).then((part) => {
      if (shown && part !== undefined) setPart({ part })
    })
    return () => {
      shown = false
    }
  }, [load])
  return Part === undefined ? null : <Part.part {...props} />
}
