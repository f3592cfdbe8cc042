import type { VNode } from 'preact'

/** A symbol of the sprite. Never alone: a word stands beside it. */
export function Mark({ id, class: name }: { id: string; class?: string }): VNode {
  return (
    <svg class={name} aria-hidden="true">
      <use href={`#${id}`} />
    </svg>
  )
}
