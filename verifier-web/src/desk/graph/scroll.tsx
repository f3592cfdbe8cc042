import type { ComponentChildren, VNode } from 'preact'

/** A table that is wider than its column: it scrolls by itself, also from the keyboard. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
    <div class="gr-scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
