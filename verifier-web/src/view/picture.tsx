import type { VNode } from 'preact'

/** A tray of meat with its label, drawn by us: what kind of thing to look for, not a photograph of this one. */
export function PackPicture(): VNode {
  return (
    <svg class="pic" viewBox="0 0 76 76" aria-hidden="true">
      <g fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round">
        <path fill="var(--paper-2)" d="M4 14.5C4 9.5 7 6.5 12 6.5h52c5 0 8 3 8 8v47c0 5-3 8-8 8H12c-5 0-8-3-8-8Z" />
        <path d="M9 16c0-3 1.5-4.5 4.5-4.5h49c3 0 4.5 1.5 4.5 4.5v44c0 3-1.5 4.5-4.5 4.5h-49C10.5 64.5 9 63 9 60Z" />
        <g transform="translate(27 -0.6)">
          <path
            fill="var(--paper)"
            d="M14.5 38c-.6-10 3.5-18.5 10-19 7-.5 10.5 6.5 10.5 16.5s-4 19-10.5 19.5c-6 .4-9.4-7-10-17Z"
          />
          <path d="M18.2 38c-.4-8 2.3-14.6 6.8-15" />
        </g>
        <g transform="translate(18 0.6)">
          <path
            fill="var(--paper)"
            d="M14.5 38c-.6-10 3.5-18.5 10-19 7-.5 10.5 6.5 10.5 16.5s-4 19-10.5 19.5c-6 .4-9.4-7-10-17Z"
          />
          <path d="M18.2 38c-.4-8 2.3-14.6 6.8-15" />
        </g>
        <g transform="translate(9 -0.4)">
          <path
            fill="var(--paper)"
            d="M14.5 38c-.6-10 3.5-18.5 10-19 7-.5 10.5 6.5 10.5 16.5s-4 19-10.5 19.5c-6 .4-9.4-7-10-17Z"
          />
          <path d="M18.2 38c-.4-8 2.3-14.6 6.8-15" />
        </g>
        <g transform="translate(0 0.5)">
          <path
            fill="var(--paper)"
            d="M14.5 38c-.6-10 3.5-18.5 10-19 7-.5 10.5 6.5 10.5 16.5s-4 19-10.5 19.5c-6 .4-9.4-7-10-17Z"
          />
          <path d="M18.2 38c-.4-8 2.3-14.6 6.8-15" />
        </g>
        <path d="M46 30c3-.5 5 1 6.5 4M24 31c2 2.5 2.5 6 1.5 10" />
      </g>
      <path fill="var(--paper)" stroke="currentColor" stroke-width="1.3" d="M30 45h34v17H30Z" />
      <path d="M33.5 49h15M33.5 52.5h11M33.5 56h13" stroke="currentColor" stroke-width="1.3" />
      <path
        fill="currentColor"
        d="M52 48.5h3.5V52H52ZM57.5 48.5H61V52h-3.5ZM52 54h3.5v3.5H52ZM57.5 54H59v1.5h-1.5ZM59.5 56H61v1.5h-1.5Z"
      />
    </svg>
  )
}

/** Nothing is known of it. */
export function UnknownPicture(): VNode {
  return (
    <svg class="pic" viewBox="0 0 76 76" aria-hidden="true">
      <path
        d="M13 8.5h50c4.5 0 7 2.5 7 7v45c0 4.5-2.5 7-7 7H13c-4.5 0-7-2.5-7-7v-45c0-4.5 2.5-7 7-7Z"
        fill="none"
        stroke="var(--line-strong)"
        stroke-width="1.5"
        stroke-dasharray="5 4"
      />
      <path d="M30 38h16" stroke="var(--line-strong)" stroke-width="2" />
    </svg>
  )
}
