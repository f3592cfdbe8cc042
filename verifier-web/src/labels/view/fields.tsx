import type { VNode } from 'preact'

interface FieldProps {
  id: string
  label: string
  value: string
  onInput: (value: string) => void
  type?: 'text' | 'date' | 'number'
  inputMode?: 'numeric'
  required?: boolean
  maxLength?: number
  max?: number
}

export function Field({ id, label, value, onInput, type = 'text', max, ...rest }: FieldProps): VNode {
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type as 'text'}
        value={value}
        autocomplete="off"
        {...(max !== undefined && { min: 1, max })}
        {...rest}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </p>
  )
}

interface ChoiceProps<T extends string> {
  legend: string
  name: string
  values: readonly T[]
  value: T
  onChoose: (value: T) => void
  word: (value: T) => string
}

export function Choice<T extends string>({ legend, name, values, value, onChoose, word }: ChoiceProps<T>): VNode {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {values.map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onChoose(one)} />
          {word(one)}
        </label>
      ))}
    </fieldset>
  )
}

interface CheckProps {
  id: string
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
  note?: string
}

export function Check({ id, label, checked, onChange, note }: CheckProps): VNode {
  return (
    <>
      <label class="check" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={checked}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {note !== undefined && (
        <p class="hint" id={`${id}-note`}>
          {note}
        </p>
      )}
    </>
  )
}
