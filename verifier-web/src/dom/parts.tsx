/** @jsxImportSource . */

/** A symbol of the sprite. Never alone: a word stands beside it. */
export function Mark({ id, class: name }: { id: string; class?: string }): Node {
  return (
    <svg class={name} aria-hidden="true">
      <use href={`#${id}`} />
    </svg>
  )
}

/** A sentence whose `|` are places where a line may break. */
export function Broken({ text }: { text: string }): Node {
  return <>{text.split('|').map((phrase, i) => (i > 0 ? [<wbr />, phrase] : phrase))}</>
}
