import type { ComponentChildren, VNode } from 'preact'
import { ICONS } from '../icon.ts'

export { Mark } from '../../view/parts.tsx'

/** A drawing of the command cards. */
export function Icon({ name }: { name: string }): VNode {
  return (
    <svg class="ic" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name] ?? ICONS['handle']} />
    </svg>
  )
}

/** A sentence of the gateway, with what stands between backticks as code. */
export function Coded({ text }: { text: string }): VNode {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={part}>{part}</code> : part))}</>
}

export interface ButtonProps {
  onPress: () => void
  children: ComponentChildren
  class?: string
  label?: string
  disabled?: boolean
  pressed?: boolean
}

/** A button that gives the focus back after a touch, so that a scanner's Enter does not press it again. From the keyboard it keeps it. */
export function Button({ onPress, children, class: name, label, disabled, pressed }: ButtonProps): VNode {
  const press = (event: MouseEvent): void => {
    if (event.detail > 0) (event.currentTarget as HTMLElement).blur()
    onPress()
  }
  return (
    <button type="button" class={name} aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={press}>
      {children}
    </button>
  )
}
