import type { VNode } from 'preact'

export interface FilePickerProps {
  id: string
  label: string
  accept?: string
  multiple?: boolean
  describedBy?: string
  onPick: (files: File[]) => void
}

/** A file input behind a button with our own words: the browser's speak its own language, not the page's. */
export function FilePicker({ id, label, accept, multiple, describedBy, onPick }: FilePickerProps): VNode {
  return (
    <p class="pick">
      <input
        id={id}
        class="vh"
        type="file"
        accept={accept}
        multiple={multiple}
        aria-describedby={describedBy}
        onChange={({ currentTarget }) => {
          onPick([...(currentTarget.files ?? [])])
          // The same file may be chosen again.
          currentTarget.value = ''
        }}
      />
      <label class="btn" for={id}>
        {label}
      </label>
    </p>
  )
}
